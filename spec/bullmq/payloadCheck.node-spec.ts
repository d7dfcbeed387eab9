/** Whatever stands in Redis: reading it gives a value or an error, in little time and memory, and ends no process. */
import { read, readThrown, write, writeThrown } from '../../lib/bullmq/shared/codec.ts';

/** `npm run spec` tries some; MUTATIONS=20000 as many. */
const MUTATIONS = Number(process.env['MUTATIONS'] ?? 2000);
const MOST = 64 * 1024;

/** The same each time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const sparse: unknown[] = [];
sparse[1000] = 'far';
const circular: unknown[] = [];
circular.push(circular);

const seeds = (): string[] => [
  write([1, 'two', { three: [4n, new Date(5)], six: undefined }], 'a', MOST),
  write([new Map<unknown, unknown>([[1, new Set([{ a: -0 }])]]), /a+/g, Number.NaN], 'a', MOST),
  write([new Uint8Array(8).subarray(2, 6), new Float64Array(2), new DataView(new ArrayBuffer(4))], 'a', MOST),
  write([sparse, circular, Object(1)], 'a', MOST),
  writeThrown(new AggregateError([new TypeError('a'), new RangeError('b', { cause: { n: 1 } })], 'all'), MOST),
  writeThrown(Object.assign(new Error('with'), { own: new Error('within'), list: [new Error('c')] }), MOST),
  writeThrown({ not: 'an error' }, MOST),
];

const WORDS = [
  '-7', '-1', '-2', '-6', '0', '1', '2', '3', '4294967295', '4294967294', '200000000', '-200000000', '1e999', '0.5', 'null', '[]', '{}',
  '[-7,200000000]', '["Error",1]', '["Error",0]', '["Map",0,1]', '["Set",0]', '["BigInt","9"]', '["Date","x"]',
  '["ArrayBuffer","AAAA"]', '["Uint8Array",1]', '["Uint8Array",2,0,4294967295]', '["Float64Array",1,1]', '["RegExp","(","g"]',
  '["Object",1]', '["null","__proto__",0]', '"__proto__"', '"kind"', '"graph"', '"errors"', '"marks"', '"own"', '"URL"', '"Temporal.Instant"',
]; // prettier-ignore

/** Some of its parts are others, twice there, or gone. */
function mutated(text: string, pick: (below: number) => number): string {
  const parts = text.split(/(?<=[[\]{},:])|(?=[[\]{},:])/);
  for (let times = 1 + pick(4); times > 0; times--) {
    const at = pick(parts.length);
    const how = pick(4);
    if (how === 0) parts[at] = WORDS[pick(WORDS.length)]!;
    else if (how === 1) parts.splice(at, 1);
    else if (how === 2) parts.splice(at, 0, WORDS[pick(WORDS.length)]!, ',');
    else parts[at] = parts[pick(parts.length)]!;
  }
  return parts.join('');
}

/** What it says, or undefined where it was read. */
function refusal(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return (error as Error).message;
  }
}

describe('A text that was not written by us', () => {
  it(`is a value or an error, whatever is in it (${MUTATIONS} mutations)`, () => {
    const pick = random(14);
    let refused = 0;
    const texts = seeds();
    for (let n = 0; n < MUTATIONS; n++) {
      const text = mutated(texts[pick(texts.length)]!, pick);
      // Those that would end the process do so here.
      const found: unknown[] = [];
      const failed = refusal(() => found.push(read(text, MOST)));
      if (failed !== undefined) refused++;
      else if (Array.isArray(found[0])) expect(found[0].length).toBeLessThanOrEqual(MOST);
      refusal(() => readThrown(text, MOST));
    }
    expect(refused).toBeGreaterThan(MUTATIONS / 10);
    expect(refused).toBeLessThan(MUTATIONS);
  });

  it('is refused where it is a long sparse array of 16 bytes, also not the first, and not in sum', () => {
    expect(refusal(() => read('[[-7,200000000]]', MOST))).toContain('its sparse arrays have a length of 200000000');
    expect(refusal(() => read('[[1],[-7,200000000]]', MOST))).toContain('its sparse arrays');
    expect(refusal(() => read('[[2],[-7,-200000000],[-7,200000000]]', MOST))).toContain('its sparse arrays');
    const many = Array.from({ length: 100 }, () => '[-7,1000]').join(',');
    expect(refusal(() => read(`[[1],${many}]`, MOST))).toContain('a length of 100000, more than 65536');
    expect(read('[[-7,1000]]', MOST)).toHaveSize(1000);
  });

  it('is refused where its errors hold one another so often that nobody could put them together', () => {
    const marks = 200;
    // Each error by itself names all the others.
    const names = Array.from({ length: marks }, (_, at) => at + 2).join(',');
    const errors = Array.from({ length: marks }, () => '["Error",1]').join(',');
    const text = `[[${names}],{"kind":${marks + 2},"errors":0,"marks":0,"value":0},${errors},"graph"]`;
    expect(refusal(() => read(text, 5000))).toContain('its errors hold one another too often');
    // As they were written once: an array of errors, each of which has all the others in its own.
    const levels = Array.from({ length: 40 }, (_, at) => `[${at + 1},${at + 1}]`);
    expect(refusal(() => readThrown(`[${levels.join(',')},1]`, MOST))).toBeDefined();
  });

  it('is refused where it is nested, or larger than it may be', () => {
    expect(refusal(() => read('[["Date",[[[1]]]]]', MOST))).toContain('it is nested');
    expect(refusal(() => read(`["${'x'.repeat(MOST)}"]`, MOST))).toContain(`bytes as text, more than ${MOST}`);
  });

  it('is an error where it is so deep that no stack holds it', () => {
    const deep = Array.from({ length: 9000 }, (_, at) => `[${at + 1}]`);
    expect(refusal(() => read(`[${deep.join(',')},1]`, 1024 * 1024))).toContain('call stack');
  });
});
