/** The helpers of compilers that a compiled function calls, sent along with its text. */

/** Runs a generator that an `async` function was compiled to. */
const RUN =
  'async (self, args, make) => { const steps = make.apply(self, args ?? []); let step = steps.next(); while (!step.done) { let how = "next", value; try { value = await step.value } catch (error) { how = "throw"; value = error } step = steps[how](value) } return step.value }';
const PROPS = '(to, from) => Object.defineProperties(to, Object.getOwnPropertyDescriptors(from))';
const REST = '(from, keys) => { const to = { ...from }; for (const key of keys) delete to[key]; return to }';
const SPREAD = '(to, ...from) => from.reduce((all, each) => ({ ...all, ...each }), to)';
const TO_GENERATOR = `(make) => function (...args) { return (${RUN})(this, args, make) }`;
/** The key of what a generator compiled from an async generator yields for each `await`. */
const AWAIT = 'Symbol.for("rxjs-parallel.await")';

/** For the helpers of esbuild and TypeScript that a minifier has renamed. */
const RUN_LAST = `(...args) => (${RUN})(args[0], args[1], args.at(-1))`;

/** The helpers of esbuild and TypeScript, with two underscores, and those of SWC and Babel. */
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
  // esbuild calls it with `new`, TypeScript without.
  __await: `function (value) { return { [${AWAIT}]: [value] } }`,
  __asyncGenerator: `async function* (self, args, make) { const steps = make.apply(self, args ?? []); let how = "next", value; try { for (;;) { const step = steps[how](value); if (step.done) return step.value; how = "next"; const awaited = step.value?.[${AWAIT}]; try { value = awaited === undefined ? yield step.value : await awaited[0] } catch (error) { how = "throw"; value = error } } } finally { steps.return?.() } }`,
  // Of TypeScript and Vite, around an import() address that is no literal; a relative address would not work anyway.
  __rewriteRelativeImportExtension: '(address) => address',
  __vite__injectQuery: '(address) => address',
  // An import of a package, as Vite and Vitest compile it.
  __vite_ssr_dynamic_import__:
    '(name) => { const own = name.replace(/^[/]@id[/]/, ""); if (/^[./]/.test(own)) throw new ReferenceError("__vite_ssr_dynamic_import__ is not defined"); return import(own) }',
};
/** The counter of a coverage tool, which becomes a sink that counts nothing. */
const COUNTER = /^cov_\w+$/;
const SINK =
  '() => { const sink = new Proxy(() => {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => 0 : sink), set: () => true, apply: () => sink }); return sink }';

interface Token {
  readonly kind: string;
  readonly text: string;
}

/** The texts of the helpers that a function calls, by name. */
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
 * The position of the generator in the call, at `at`, of a compiled `async` function's helper, which a minifier may have renamed:
 * `L(this, null, function* () {…})`, or TypeScript's `L(this, void 0, void 0, function* () {…})`. Nobody writes such calls by hand.
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
