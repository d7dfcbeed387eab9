import { ANY_SERVER, RoundRobin } from '../../lib/pool/roundRobin.ts';

/** A stream of that name, which has something, or could fetch it. */
class Stream {
  readonly source: { has: boolean; canFetch: boolean; proceed: () => void; waiting(): number };
  readonly name: string;
  readonly priority: number;
  hungry = true;

  constructor(name: string, has = true, canFetch = false, priority = 0) {
    this.name = name;
    this.priority = priority;
    this.source = { has, canFetch, proceed() {}, waiting: () => (this.source.has ? 1 : 0) };
  }
}

const streams = (text: string): Record<string, Stream> =>
  Object.fromEntries(Array.from(text, (name) => [name, new Stream(name)]));
function turnsOf(all: Record<string, Stream>): RoundRobin<Stream> {
  const roundRobin = new RoundRobin<Stream>();
  for (const each of Object.values(all)) {
    roundRobin.add(each);
    roundRobin.enqueue(each);
  }
  return roundRobin;
}
const { serves: any } = ANY_SERVER as { serves: (stream: Stream) => boolean };
const nextFor = (roundRobin: RoundRobin<Stream>, serves = any, servesNow = any): Stream | undefined =>
  roundRobin.next({ ...ANY_SERVER, serves, servesNow });
const not =
  (text: string) =>
  ({ name }: Stream): boolean =>
    !text.includes(name);
const served = (roundRobin: RoundRobin<Stream>, times: number): string =>
  Array.from({ length: times }, () => nextFor(roundRobin)?.name).join('');

describe('Turns', () => {
  it('go round among those that are queued', () => {
    expect(served(turnsOf(streams('abc')), 7)).toBe('abcabca');
    expect(nextFor(turnsOf({}))).toBeUndefined();
    const roundRobin = turnsOf({});
    const a = new Stream('a');
    roundRobin.add(a);
    expect(nextFor(roundRobin)).toBeUndefined();
    roundRobin.enqueue(a);
    roundRobin.enqueue(new Stream('x'));
    expect(served(roundRobin, 2)).toBe('aa');
  });

  it('are those of the highest priority, while it has any that may be served', () => {
    const all = streams('ab');
    for (const [name, priority] of [
      ['x', 2],
      ['y', 2],
      ['z', 0.5],
      ['q', -1],
    ] as const)
      all[name] = new Stream(name, true, false, priority);
    const roundRobin = turnsOf(all);
    expect(served(roundRobin, 3)).toBe('xyx');
    expect([...roundRobin.waiting()].map(({ name }) => name).join('')).toBe('yxzabq');
    expect(nextFor(roundRobin, not('xy'))?.name).toBe('z');
    // One that has to wait for a worker keeps those below from it.
    expect(nextFor(roundRobin, any, not('xy'))).toBeUndefined();
    for (const name of 'xy') all[name]!.source.has = false;
    expect(served(roundRobin, 2)).toBe('zz');
    roundRobin.remove(all['z']!);
    expect(served(roundRobin, 3)).toBe('aba');
    for (const name of 'ab') all[name]!.source.has = false;
    expect(served(roundRobin, 2)).toBe('qq');
    all['y']!.source.has = true;
    expect(roundRobin.queued(all['y']!)).toBeFalse();
    roundRobin.enqueue(all['y']!);
    expect(roundRobin.queued(all['y']!)).toBeTrue();
    expect(served(roundRobin, 2)).toBe('yy');
    all['a']!.source.has = true;
    roundRobin.enqueue(all['a']!);
    all['y']!.source.has = false;
    expect(served(roundRobin, 2)).toBe('aa');
  });

  it('are given to a stream that fetches, before those below it', () => {
    const low = new Stream('low');
    const high = new Stream('high', false, true, 1);
    const roundRobin = turnsOf({ low, high });
    expect(nextFor(roundRobin)).toBeUndefined();
    high.source.proceed = () => (high.source.has = true);
    expect(roundRobin.fetch()).toBeTrue();
    expect(nextFor(roundRobin)).toBe(high);
  });

  it('are left by those that have nothing, which come back behind the others', () => {
    const all = streams('abc');
    const roundRobin = turnsOf(all);
    all['a']!.source.has = false;
    expect(served(roundRobin, 1)).toBe('b');
    expect(roundRobin.queued(all['a']!)).toBe(false);
    expect(roundRobin.queued(all['b']!)).toBe(true);
    all['a']!.source.has = true;
    roundRobin.enqueue(all['a']!);
    expect(served(roundRobin, 4)).toBe('cbac');
  });

  it('are kept by those that fetch something for them, if that comes at once', () => {
    const all = streams('ab');
    const { source } = all['a']!;
    const roundRobin = turnsOf(all);
    Object.assign(source, { has: false, canFetch: true });
    expect(nextFor(roundRobin, any, not('a'))).toBeUndefined();
    expect(nextFor(roundRobin, not('a'))?.name).toBe('b');
    expect(roundRobin.fetch()).toBe(false);
    expect(nextFor(roundRobin)).toBeUndefined();
    source.proceed = () => (source.has = true);
    expect(roundRobin.fetch()).toBe(true);
    expect(roundRobin.fetch()).toBe(false);
    expect(served(roundRobin, 2)).toBe('ab');
    source.has = false;
    source.proceed = () => (source.canFetch = false);
    expect(nextFor(roundRobin)).toBeUndefined();
    expect(roundRobin.fetch()).toBe(true);
    expect(roundRobin.queued(all['a']!)).toBe(false);
    Object.assign(source, { canFetch: true, proceed: fail });
    roundRobin.enqueue(all['a']!);
    expect(served(roundRobin, 1)).toBe('b');
    expect(nextFor(roundRobin)).toBeUndefined();
    roundRobin.remove(all['a']!);
    expect(roundRobin.fetch()).toBe(false);
  });

  it('are kept by one that had no room for what it could fetch, and others are served meanwhile', () => {
    const all = streams('ab');
    const { source } = all['a']!;
    const roundRobin = turnsOf(all);
    Object.assign(source, { has: false, canFetch: true, proceed() {} });
    all['a']!.hungry = false;
    expect(nextFor(roundRobin)).toBeUndefined();
    expect(roundRobin.fetch()).toBe(true);
    expect(served(roundRobin, 2)).toBe('bb');
    expect(roundRobin.fetch()).toBe(false);
    expect(roundRobin.queued(all['a']!)).toBe(true);
    expect(nextFor(roundRobin)).toBeUndefined();
    source.proceed = () => (source.has = true);
    expect(roundRobin.fetch()).toBe(true);
    expect(served(roundRobin, 2)).toBe('ab');
  });

  it('are not asked for again by one that could fetch nothing more', () => {
    const all = streams('a');
    const { source } = all['a']!;
    const roundRobin = turnsOf(all);
    Object.assign(source, { canFetch: true, proceed() {} });
    roundRobin.fetchNext(all['a']!);
    expect(roundRobin.fetch()).toBe(true);
    roundRobin.fetchNext(all['a']!);
    expect(roundRobin.fetch()).toBe(false);
    roundRobin.fetchNext(all['a']!);
    expect(roundRobin.fetch()).toBe(true);
  });

  it('pass over those that may not be served here, which keep theirs', () => {
    const roundRobin = turnsOf(streams('abc'));
    expect(nextFor(roundRobin, not('a'))?.name).toBe('b');
    expect(nextFor(roundRobin, not('a'))?.name).toBe('c');
    expect(served(roundRobin, 3)).toBe('abc');
  });

  it('are kept by those that cannot be served yet: nobody overtakes them', () => {
    const all = streams('abc');
    const roundRobin = turnsOf(all);
    expect(served(roundRobin, 1)).toBe('a');
    expect(nextFor(roundRobin, any, not('b'))).toBeUndefined();
    expect(nextFor(roundRobin, not('b'), not('b'))?.name).toBe('c');
    expect(nextFor(roundRobin, any, not('b'))).toBeUndefined();
    all['b']!.source.has = false;
    expect(nextFor(roundRobin, any, not('b'))?.name).toBe('a');
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
      const roundRobin = turnsOf(all);
      expect(served(roundRobin, 2)).toBe('ab');
      roundRobin.remove(all[left] ?? new Stream('x'));
      roundRobin.remove(new Stream('x'));
      expect(served(roundRobin, 5)).withContext(left).toBe(rest);
      expect(roundRobin.size).toBe(left === 'x' ? 4 : 3);
    }
  });

  it('can be left by all while they are gone through', () => {
    const roundRobin = turnsOf(streams('abc'));
    let seen = '';
    for (const each of roundRobin) {
      roundRobin.remove(each);
      seen += each.name;
    }
    expect(seen).toBe('abc');
    expect(roundRobin.size).toBe(0);
    expect(nextFor(roundRobin)).toBeUndefined();
  });

  it('ask one that has something for others to fetch, and where nothing comes of it once a round', () => {
    const turns = new RoundRobin<{ priority: number; hungry: boolean; source: any }>();
    let proceeded = 0;
    const source = { sticky: true, waiting: () => 1, canFetch: true, proceed: () => proceeded++ };
    const sticky = { priority: 0, hungry: true, source };
    turns.add(sticky);
    turns.enqueue(sticky);
    const none = (): unknown => turns.next({ ...ANY_SERVER, waitingFor: () => 0 });
    for (let round = 1; round < 4; round++) {
      expect(none()).toBeUndefined();
      expect(turns.fetch()).toBeTrue();
      expect(none()).toBeUndefined();
      expect(turns.fetch()).toBeFalse();
      expect(proceeded).toBe(round);
      expect(turns.queued(sticky)).toBeTrue();
    }
  });
});
