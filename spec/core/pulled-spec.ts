import { Pulled } from '../../lib/core/pulled.ts';
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
      const pulled = new Pulled<number>({ next } as Iterator<number>);
      const told: number[] = [];
      pulled.feed({ arrived: () => told.push(pulled.waiting), drain() {}, error() {} });
      pulled.read(() => 3);
      while (pulled.waiting < 3) await turn();
      await turn();
      expect([pulled.waiting, asked, mostOut]).toEqual([3, 3, 1]);
      expect(told).toEqual(way === 'at once' ? [] : [1, 2, 3]);
      expect([pulled.index, pulled.take(), pulled.index, pulled.take()]).toEqual([0, 0, 1, 1]);
      pulled.read(() => 2);
      await turn();
      await turn();
      expect([pulled.waiting, asked]).toEqual([2, 4]);
      pulled.clear();
      expect(pulled.waiting).toBe(0);
    });
});
