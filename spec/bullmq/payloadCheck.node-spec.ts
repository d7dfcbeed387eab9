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

  /** A list of packed errors, by `kind` and so on; `nodes`: from number 8 on. */
  const graph = (errors: readonly number[], own: number, nodes: readonly string[]): string =>
    [
      '{"kind":2,"errors":3,"marks":4,"value":5}',
      '"graph"',
      JSON.stringify(errors),
      '[5]',
      '{}',
      `{"name":2,"message":2,"stack":2,"of":2,"ours":7,"own":${own}}`,
      'false',
      ...nodes,
    ].join(',');
  const TOO_OFTEN = 'its errors hold one another too often';

  it('is refused where it names one error so often that they would not fit into memory', () => {
    const often = Array.from({ length: 20_000 }, () => 6);
    expect(refusal(() => read(`[["Error",1],${graph(often, 8, ['[]'])}]`, MOST))).toContain(TOO_OFTEN);
    // Something that was thrown is a packed error itself.
    const thrown = `[${graph(often, 8, ['[]']).replaceAll(/[2-8](?=[,}\]])/g, (at) => String(Number(at) - 1))}]`;
    expect(refusal(() => readThrown(thrown, MOST))).toContain(TOO_OFTEN);
  });

  it('is refused where its errors share a long list of properties', () => {
    const list = JSON.stringify(Array.from({ length: 2000 }, () => 9));
    const packed = (own: number): string => `{"name":2,"message":2,"stack":2,"of":2,"ours":7,"own":${own}}`;
    const others = Array.from({ length: 200 }, () => packed(8));
    const errors = others.map((_other, at) => at + 10);
    const text = `[["Error",1],${graph(errors, 8, [list, '[2,7,7,7]', ...others])}]`;
    expect(refusal(() => read(text, MOST))).toContain(TOO_OFTEN);
  });

  it('is refused where each error holds all those below it', () => {
    const nodes: string[] = [];
    for (let level = 0; level < 300; level++) {
      const at = 9 + 5 * level;
      const below = level === 0 ? 8 : at - 5;
      nodes.push(
        `["Error",${at + 1}]`,
        `{"kind":2,"errors":${at + 2},"marks":4,"value":5}`,
        `[${at + 3}]`,
        `{"name":2,"message":2,"stack":2,"of":2,"ours":7,"own":${at + 4}}`,
        `[${below}]`,
      );
    }
    const last = 9 + 5 * 299;
    expect(refusal(() => read(`[[${last}],${graph([6], 8, ['[]', ...nodes])}]`, MOST))).toContain(TOO_OFTEN);
  });

  it('is refused where it repeats long texts, which workers get a copy of each time', () => {
    const often = Array.from({ length: 2000 }, () => 1).join(',');
    for (const node of [`"${'x'.repeat(1000)}"`, `["BigInt","${'9'.repeat(1000)}"]`])
      expect(refusal(() => read(`[[${often}],${node}]`, MOST))).toContain(
        'its texts have a length of 2000000 where they are repeated, more than 16 times 65536',
      );
    expect(read(`[[${often}],"twenty characters..."]`, MOST)).toHaveSize(2000);
  });

  it('is refused where its bigints have so many digits that they would take a minute', () => {
    const most = 1024 * 1024;
    expect(refusal(() => read(`[["BigInt","${'9'.repeat(1_000_000)}"]]`, most))).toBe(
      'its bigints have too many digits',
    );
    expect(read(`[["BigInt","${'9'.repeat(100_000)}"]]`, most)).toBe(BigInt('9'.repeat(100_000)));
  });

  it('says how much the value takes besides the text', () => {
    const weights: number[] = [];
    const weigh = (bytes: number): void => void weights.push(bytes);
    read('[[1,1,2],"four",[-7,1000]]', MOST, weigh);
    read('[{"a":1},5]', MOST, weigh);
    read('-1', MOST, weigh);
    expect(weights).toEqual([8 + 8000, 0, 0]);
  });

  it('is read where we have written it, however many errors it holds', () => {
    const shared = new Date(5);
    const errors = Array.from({ length: 800 }, (_, at) =>
      Object.assign(new RangeError(`number ${at}`, { cause: new Error('why', { cause: shared }) }), { shared, at }),
    );
    const most = 16 * 1024 * 1024;
    for (const value of [
      errors,
      new AggregateError(errors.slice(0, 300), 'all'),
      { first: errors[0], same: errors[0] },
    ]) {
      expect(refusal(() => read(write(value, 'a', most), most))).toBeUndefined();
      expect(refusal(() => readThrown(writeThrown(value, most), most))).toBeUndefined();
    }
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
