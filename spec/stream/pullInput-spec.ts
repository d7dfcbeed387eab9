import { PullInput } from '../../lib/stream/input/pullInput.ts';
import { turn } from '../support/gates.ts';

describe('What is pulled from an iterator', () => {
  for (const way of ['at once', 'later'] as const)
    it(`comes until as much waits as is wanted, one value after another (${way})`, async () => {
      let asked = 0;
      let out = 0;
      let mostOut = 0;
      const next = () => {
        mostOut = Math.max(mostOut, ++out);
        const result = { done: false as const, value: asked++ };
        if (way === 'at once') {
          out--;
          return result;
        }
        return turn().then(() => {
          out--;
          return result;
        });
      };
      const pulled = new PullInput<number>({ next } as Iterator<number>);
      const calls: number[] = [];
      pulled.attach({ arrived: () => calls.push(pulled.waiting), proceed() {}, error() {} });
      pulled.read(() => 3);
      while (pulled.waiting < 3) await turn();
      await turn();
      expect([pulled.waiting, asked, mostOut]).toEqual([3, 3, 1]);
      expect(calls).toEqual(way === 'at once' ? [] : [1, 2, 3]);
      expect([pulled.index, pulled.shift(), pulled.index, pulled.shift()]).toEqual([0, 0, 1, 1]);
      pulled.read(() => 2);
      await turn();
      await turn();
      expect([pulled.waiting, asked]).toEqual([2, 4]);
      pulled.clear();
      expect(pulled.waiting).toBe(0);
    });

  for (const way of ['at once', 'later'] as const)
    it(`is not followed by the next before it is taken, where it is an object: its source may fill it again (${way})`, async () => {
      const row = { n: -1 };
      let asked = 0;
      const next = () => {
        const result = { done: asked === 5, value: asked < 2 ? asked : Object.assign(row, { n: asked }) };
        asked++;
        return way === 'at once' ? result : turn().then(() => result);
      };
      const pulled = new PullInput<unknown>({ next } as Iterator<unknown>);
      pulled.attach({ arrived() {}, proceed() {}, error() {} });
      const read = async (): Promise<void> => {
        pulled.read(() => 9);
        for (let roundRobin = 0; roundRobin < 20; roundRobin++) await turn();
      };
      await read();
      // What is no object is read ahead.
      expect([asked, pulled.index, pulled.ready(), pulled.shift(), pulled.ready(), pulled.shift()]).toEqual([
        3,
        0,
        ...[true, 0, true, 1],
      ]);
      await read();
      for (const n of [2, 3, 4]) {
        expect([asked, pulled.index, pulled.ready(), pulled.shift()]).toEqual([
          way === 'at once' && n > 2 ? n : n + 1,
          n,
          true,
          { n },
        ]);
        if (way === 'later') await read();
      }
      expect([pulled.ready(), pulled.waiting, pulled.done]).toEqual([false, 0, true]);
    });

  it('is read ahead, where no code of the user runs in that: of an array, a Set, a Map', () => {
    const objects = [{}, {}, {}];
    for (const source of [objects, new Set(objects), new Map(objects.map((each) => [each, each]))]) {
      const pulled = new PullInput<unknown>(source[Symbol.iterator]());
      pulled.read(() => 2);
      expect(pulled.waiting).toBe(2);
    }
  });

  it('may fail when a worker takes it: the stream gets the error, after it', async () => {
    const calls: unknown[] = [];
    const source = (function* () {
      yield {};
      throw new RangeError('no more');
    })();
    const pulled = new PullInput<unknown>(source);
    pulled.attach({ arrived() {}, proceed() {}, error: (error) => calls.push(error) });
    pulled.read(() => 1);
    expect([pulled.ready(), pulled.shift()]).toEqual([true, {}]);
    expect([pulled.ready(), pulled.waiting, pulled.done, calls.length]).toEqual([false, 0, false, 0]);
    await turn();
    expect(calls).toEqual([new RangeError('no more')]);
    expect(pulled.done).toBeTrue();
  });
});
