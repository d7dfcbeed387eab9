import { Fifo } from '../../lib/primitives/fifo.ts';
import { ReorderBuffer } from '../../lib/stream/results/reorderBuffer.ts';

const COUNT = 5000;

describe('A backlog', () => {
  it('gives what it was given, first in, first out, however much has gone through it', () => {
    const backlog = new Fifo<string>();
    let pushed = 0;
    for (let at = 0; at < COUNT; at++) {
      // It grows by one each time.
      for (let more = 0; more < 2; more++) backlog.push(`value ${pushed++}`);
      expect(backlog.first).toBe(`value ${at}`);
      expect(backlog.shift()).toBe(`value ${at}`);
      expect(backlog.length).toBe(at + 1);
    }
    for (let at = COUNT; at < pushed; at++) expect(backlog.shift()).toBe(`value ${at}`);
    expect(backlog.length).toBe(0);
    expect(backlog.first).toBeUndefined();
  });

  it('drops the newest', () => {
    const backlog = new Fifo<string>();
    for (const value of ['first', 'newest']) backlog.push(value);
    backlog.pop();
    backlog.push('third');
    expect(backlog.length).toBe(2);
    expect(backlog.shift()).toBe('first');
    expect(backlog.shift()).toBe('third');
  });

  it('drops the newest where that is the last of its segment', () => {
    const backlog = new Fifo<number>();
    for (let n = 0; n < 3000; n++) backlog.push(n);
    for (let n = 2999; n >= 500; n--) {
      expect(backlog.last).toBe(n);
      backlog.pop();
    }
    backlog.push(-1);
    expect(backlog.length).toBe(501);
    for (let n = 0; n < 500; n++) expect(backlog.shift()).toBe(n);
    expect(backlog.shift()).toBe(-1);
    expect(backlog.last).toBeUndefined();
  });

  it('gives what it holds at any time, whatever was pushed, shifted and dropped', () => {
    const backlog = new Fifo<number>();
    const model: number[] = [];
    let seed = 7;
    for (let step = 0; step < 30_000; step++) {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      // Now mostly in, now mostly out.
      const inwards = step % 10_000 < 5000 ? 0.7 : 0.3;
      if (seed / 2 ** 31 < inwards) {
        backlog.push(step);
        model.push(step);
      } else if (model.length > 0)
        if (seed % 3 === 0) {
          backlog.pop();
          model.pop();
        } else expect(backlog.shift()).toBe(model.shift()!);
      if (step % 100 !== 0) continue;
      expect(backlog.length).toBe(model.length);
      expect([backlog.first, backlog.last]).toEqual([model[0], model.at(-1)]);
    }
  });

  it('begins anew when it is cleared', () => {
    const backlog = new Fifo<string>();
    for (let n = 0; n < 3; n++) backlog.push('before');
    backlog.shift();
    backlog.clear();
    expect(backlog.length).toBe(0);
    backlog.push('after');
    expect(backlog.shift()).toBe('after');
  });
});

describe('The outlet in order', () => {
  it('gives every outcome in its turn, undefined too, however far ahead others have come', () => {
    const results = new ReorderBuffer();
    const given: unknown[] = [];
    // The first of every ten comes last.
    for (let first = 0; first < COUNT; first += 10) {
      for (let seq = first + 9; seq > first; seq--) results.store(seq, seq);
      expect(results.ready).toBeFalse();
      expect(results.held).toBe(9);
      results.store(first, undefined);
      while (results.ready) given.push(results.shift());
      expect(results.held).toBe(0);
    }
    // And here the very first.
    for (let seq = 2 * COUNT - 1; seq >= COUNT; seq--) results.store(seq, seq);
    while (results.ready) given.push(results.shift());
    expect(given).toEqual(
      Array.from({ length: 2 * COUNT }, (_, seq) => (seq < COUNT && seq % 10 === 0 ? undefined : seq)),
    );
    expect(results.held).toBe(0);
  });
});
