/** The helpers of compilers that a compiled function calls, to be sent along with its text. */

/** What an `async` function becomes: a generator, and this, which runs it. */
const RUN =
  'async (self, args, make) => { const steps = make.apply(self, args ?? []); let step = steps.next(); while (!step.done) { let how = "next", value; try { value = await step.value } catch (error) { how = "throw"; value = error } step = steps[how](value) } return step.value }';
const PROPS = '(to, from) => Object.defineProperties(to, Object.getOwnPropertyDescriptors(from))';
const REST = '(from, keys) => { const to = { ...from }; for (const key of keys) delete to[key]; return to }';
const SPREAD = '(to, ...from) => from.reduce((all, each) => ({ ...all, ...each }), to)';
const TO_GENERATOR = `(make) => function (...args) { return (${RUN})(this, args, make) }`;
/** Yielded by a generator that stands for an asynchronous one, for each `await` in it. */
const AWAIT = 'Symbol.for("rxjs-parallel.await")';

/** Of esbuild's and TypeScript's, which have no name left. */
const RUN_LAST = `(...args) => (${RUN})(args[0], args[1], args.at(-1))`;

/** esbuild's and TypeScript's, whose names begin with two underscores, and those of SWC and Babel. */
const HELPERS: Readonly<Record<string, string>> = {
  __spreadValues: SPREAD,
  __spreadProps: PROPS,
  __assign: SPREAD,
  _object_spread: SPREAD,
  _objectSpread: SPREAD,
  _object_spread_props: PROPS,
  __objRest: REST,
  __rest: REST,
  __restKey: '(key) => (typeof key === "symbol" ? key : `${key}`)',
  _object_without_properties: REST,
  _objectWithoutProperties: REST,
  __async: RUN,
  __awaiter: `(self, args, _, make) => (${RUN})(self, args, make)`,
  _async_to_generator: TO_GENERATOR,
  _asyncToGenerator: TO_GENERATOR,
  // Called with `new` by esbuild, without by TypeScript.
  __await: `function (value) { return { [${AWAIT}]: [value] } }`,
  __asyncGenerator: `async function* (self, args, make) { const steps = make.apply(self, args ?? []); let how = "next", value; try { for (;;) { const step = steps[how](value); if (step.done) return step.value; how = "next"; const awaited = step.value?.[${AWAIT}]; try { value = awaited === undefined ? yield step.value : await awaited[0] } catch (error) { how = "throw"; value = error } } } finally { steps.return?.() } }`,
  // TypeScript's and Vite's, around the address of an import() that is no literal: a relative one leads nowhere anyway.
  __rewriteRelativeImportExtension: '(address) => address',
  __vite__injectQuery: '(address) => address',
  // What is in packages of Node, which a test runner names for itself.
  __vite_ssr_dynamic_import__:
    '(name) => { const own = name.replace(/^[/]@id[/]/, ""); if (/^[./]/.test(own)) throw new ReferenceError("__vite_ssr_dynamic_import__ is not defined"); return import(own) }',
};
/** What counts for a coverage tool counts nowhere. */
const COUNTER = /^cov_\w+$/;
const SINK =
  '() => { const sink = new Proxy(() => {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => 0 : sink), set: () => true, apply: () => sink }); return sink }';

interface Token {
  readonly kind: string;
  readonly text: string;
}

/** The texts of what a function lacks, by name. */
export function helpersIn(tokens: readonly Token[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [at, { kind, text }] of tokens.entries()) {
    const before = tokens[at - 1]?.text;
    if (kind !== 'name' || before === '.' || before === '?.') continue;
    if (Object.hasOwn(HELPERS, text)) found.set(text, HELPERS[text]!);
    else if (COUNTER.test(text)) found.set(text, SINK);
    else if (generatorOf(tokens, at) !== undefined && before !== 'function') found.set(text, RUN_LAST);
  }
  return found;
}

/**
 * Where the generator is of an `async` function that was compiled, whose helper at `at` may have lost its name:
 * `L(this, null, function* () {…})`, or TypeScript's `L(this, void 0, void 0, function* () {…})`. Nobody writes those.
 */
export function generatorOf(tokens: readonly Token[], at: number): number | undefined {
  if (tokens[at]?.kind !== 'name' || tokens[at + 1]?.text !== '(') return undefined;
  let next = at + 2;
  for (const allowed of [/^(?:this|null)$/, /^(?:null|arguments)$/, /^(?:null|Promise)$/]) {
    const { text = '' } = tokens[next] ?? {};
    if (text === 'function' && allowed.test('Promise')) break;
    if (text === '[') while (next < tokens.length && tokens[next]!.text !== ']') next++;
    else if (text === 'void' && tokens[next + 1]?.text === '0') next++;
    else if (!allowed.test(text)) return undefined;
    if (tokens[next + 1]?.text !== ',') return undefined;
    next += 2;
  }
  return tokens[next]?.text === 'function' && tokens[next + 1]?.text === '*' ? next : undefined;
}
