import { Backlog } from '../../lib/core/backlog.ts';
import { Ordered } from '../../lib/core/ordered.ts';

const COUNT = 5000;

describe('A backlog', () => {
  it('gives values with their numbers, first in, first out, however many have gone through it', () => {
    const backlog = new Backlog<string>();
    let pushed = 0;
    for (let at = 0; at < COUNT; at++) {
      // It grows by one each time.
      for (let more = 0; more < 2; more++) backlog.push(`value ${pushed}`, 10 * pushed++);
      expect(backlog.firstIndex).toBe(10 * at);
      expect(backlog.shift()).toBe(`value ${at}`);
      expect(backlog.length).toBe(at + 1);
    }
    for (let at = COUNT; at < pushed; at++) {
      expect(backlog.firstIndex).toBe(10 * at);
      expect(backlog.shift()).toBe(`value ${at}`);
    }
    expect(backlog.length).toBe(0);
  });

  it('drops the newest with its number', () => {
    const backlog = new Backlog<string>();
    backlog.push('first', 1);
    backlog.push('newest', 2);
    backlog.pop();
    backlog.push('third', 3);
    expect(backlog.length).toBe(2);
    expect(backlog.shift()).toBe('first');
    expect(backlog.firstIndex).toBe(3);
    expect(backlog.shift()).toBe('third');
  });

  it('begins anew when it is cleared', () => {
    const backlog = new Backlog<string>();
    for (const n of [1, 2, 3]) backlog.push('before', n);
    backlog.shift();
    backlog.clear();
    expect(backlog.length).toBe(0);
    backlog.push('after', 4);
    expect(backlog.firstIndex).toBe(4);
    expect(backlog.shift()).toBe('after');
  });
});

describe('The outlet in order', () => {
  it('gives every outcome in its turn, undefined too, however far ahead others have come', () => {
    const outlet = new Ordered();
    const given: unknown[] = [];
    // The first of every ten comes last.
    for (let first = 0; first < COUNT; first += 10) {
      for (let seq = first + 9; seq > first; seq--) outlet.store(seq, seq);
      expect(outlet.ready).toBeFalse();
      expect(outlet.held).toBe(9);
      outlet.store(first, undefined);
      while (outlet.ready) given.push(outlet.take());
      expect(outlet.held).toBe(0);
    }
    // And here the very first.
    for (let seq = 2 * COUNT - 1; seq >= COUNT; seq--) outlet.store(seq, seq);
    while (outlet.ready) given.push(outlet.take());
    expect(given).toEqual(
      Array.from({ length: 2 * COUNT }, (_, seq) => (seq < COUNT && seq % 10 === 0 ? undefined : seq)),
    );
    expect(outlet.held).toBe(0);
  });
});
