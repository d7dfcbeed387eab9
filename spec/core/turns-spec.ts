import { Turns } from '../../lib/core/turns.ts';

/** A stream of that name, which has something, or could fetch it. */
class Stream {
  readonly feed: { has: boolean; canFetch: boolean; drain: () => void; waiting(): number };
  readonly name: string;

  constructor(name: string, has = true, canFetch = false) {
    this.name = name;
    this.feed = { has, canFetch, drain() {}, waiting: () => (this.feed.has ? 1 : 0) };
  }
}

const streams = (text: string): Record<string, Stream> =>
  Object.fromEntries(Array.from(text, (name) => [name, new Stream(name)]));
function turnsOf(all: Record<string, Stream>): Turns<Stream> {
  const turns = new Turns<Stream>();
  for (const each of Object.values(all)) {
    turns.add(each);
    turns.enqueue(each);
  }
  return turns;
}
const any = (): boolean => true;
const not =
  (text: string) =>
  ({ name }: Stream): boolean =>
    !text.includes(name);
const served = (turns: Turns<Stream>, times: number): string =>
  Array.from({ length: times }, () => turns.next()?.name).join('');

describe('Turns', () => {
  it('go round among those that are queued', () => {
    expect(served(turnsOf(streams('abc')), 7)).toBe('abcabca');
    expect(turnsOf({}).next()).toBeUndefined();
    const turns = turnsOf({});
    const a = new Stream('a');
    turns.add(a);
    expect(turns.next()).toBeUndefined();
    turns.enqueue(a);
    turns.enqueue(new Stream('x'));
    expect(served(turns, 2)).toBe('aa');
  });

  it('are left by those that have nothing, which come back behind the others', () => {
    const all = streams('abc');
    const turns = turnsOf(all);
    all['a']!.feed.has = false;
    expect(served(turns, 1)).toBe('b');
    expect(turns.queued(all['a']!)).toBe(false);
    expect(turns.queued(all['b']!)).toBe(true);
    all['a']!.feed.has = true;
    turns.enqueue(all['a']!);
    expect(served(turns, 4)).toBe('cbac');
  });

  it('are kept by those that fetch something for them, if that comes at once', () => {
    const all = streams('ab');
    const { feed } = all['a']!;
    const turns = turnsOf(all);
    Object.assign(feed, { has: false, canFetch: true });
    expect(turns.next(any, not('a'))).toBeUndefined();
    expect(turns.next(not('a'))?.name).toBe('b');
    expect(turns.fetch()).toBe(false);
    expect(turns.next()).toBeUndefined();
    feed.drain = () => (feed.has = true);
    expect(turns.fetch()).toBe(true);
    expect(turns.fetch()).toBe(false);
    expect(served(turns, 2)).toBe('ab');
    feed.has = false;
    feed.drain = () => (feed.canFetch = false);
    expect(turns.next()).toBeUndefined();
    expect(turns.fetch()).toBe(true);
    expect(turns.queued(all['a']!)).toBe(false);
    Object.assign(feed, { canFetch: true, drain: fail });
    turns.enqueue(all['a']!);
    expect(served(turns, 1)).toBe('b');
    expect(turns.next()).toBeUndefined();
    turns.remove(all['a']!);
    expect(turns.fetch()).toBe(false);
  });

  it('pass over those that may not be served here, which keep theirs', () => {
    const turns = turnsOf(streams('abc'));
    expect(turns.next(not('a'))?.name).toBe('b');
    expect(turns.next(not('a'))?.name).toBe('c');
    expect(served(turns, 3)).toBe('abc');
  });

  it('are kept by those that cannot be served yet: nobody overtakes them', () => {
    const all = streams('abc');
    const turns = turnsOf(all);
    expect(served(turns, 1)).toBe('a');
    expect(turns.next(any, not('b'))).toBeUndefined();
    expect(turns.next(not('b'), not('b'))?.name).toBe('c');
    expect(turns.next(any, not('b'))).toBeUndefined();
    all['b']!.feed.has = false;
    expect(turns.next(any, not('b'))?.name).toBe('a');
  });

  it('go on where they were when one leaves, or one that has left does so again', () => {
    for (const [left, rest] of [
      ['a', 'cdbcd'],
      ['b', 'cdacd'],
      ['c', 'dabda'],
      ['d', 'cabca'],
      ['x', 'cdabc'],
    ] as const) {
      const all = streams('abcd');
      const turns = turnsOf(all);
      expect(served(turns, 2)).toBe('ab');
      turns.remove(all[left] ?? new Stream('x'));
      turns.remove(new Stream('x'));
      expect(served(turns, 5)).withContext(left).toBe(rest);
      expect(turns.size).toBe(left === 'x' ? 4 : 3);
    }
  });

  it('can be left by all while they are gone through', () => {
    const turns = turnsOf(streams('abc'));
    let seen = '';
    for (const each of turns) {
      turns.remove(each);
      seen += each.name;
    }
    expect(seen).toBe('abc');
    expect(turns.size).toBe(0);
    expect(turns.next()).toBeUndefined();
  });
});
