import { Turns } from '../../lib/core/turns.ts';

const turnsOf = (text: string): Turns<string> => {
  const turns = new Turns<string>();
  for (const letter of text) turns.add(letter);
  return turns;
};
const any = (): boolean => true;
const served = (turns: Turns<string>, times: number): string =>
  Array.from({ length: times }, () => turns.next(any)).join('');

describe('Turns', () => {
  it('go round', () => {
    expect(served(turnsOf('abc'), 7)).toBe('abcabca');
    expect(turnsOf('').next(any)).toBeUndefined();
  });

  it('pass over those that want nothing, whose turn comes again', () => {
    const turns = turnsOf('abc');
    expect(turns.next((each) => each === 'b')).toBe('b');
    expect(turns.next((each) => each === 'a')).toBe('a');
    expect(turns.next(() => false)).toBeUndefined();
    expect(served(turns, 3)).toBe('bca');
  });

  it('are kept by those that cannot be served yet: nobody overtakes them', () => {
    const turns = turnsOf('abc');
    expect(served(turns, 1)).toBe('a');
    const cannot = (each: string): boolean => each !== 'b';
    expect(turns.next(any, cannot)).toBeUndefined();
    expect(turns.next((each) => each !== 'b', cannot)).toBe('c');
    expect(turns.next(any, cannot)).toBe('a');
    expect(turns.next(any, cannot)).toBeUndefined();
    expect(served(turns, 2)).toBe('bc');
  });

  it('go on where they were when one leaves, or one that has left does so again', () => {
    for (const [left, rest] of [
      ['a', 'cdbcd'],
      ['b', 'cdacd'],
      ['c', 'dabda'],
      ['d', 'cabca'],
      ['x', 'cdabc'],
    ] as const) {
      const turns = turnsOf('abcd');
      expect(served(turns, 2)).toBe('ab');
      turns.remove(left);
      turns.remove('x');
      expect(served(turns, 5)).withContext(left).toBe(rest);
      expect(turns.size).toBe(left === 'x' ? 4 : 3);
    }
  });

  it('can be left by all while they are gone through', () => {
    const turns = turnsOf('abc');
    const seen: string[] = [];
    for (const each of turns) {
      turns.remove(each);
      seen.push(each);
    }
    expect(seen.join('')).toBe('abc');
    expect(turns.size).toBe(0);
    turnsOf('de').each((each) => seen.push(each));
    expect(seen.join('')).toBe('abcde');
  });
});
