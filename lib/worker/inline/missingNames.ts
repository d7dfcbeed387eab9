/** The names that an inline function lacks in a worker, and what its error advises. */
import { ClosureError } from '../../api/workerErrors.ts';
import { HIDDEN } from '../../protocol/hiddenNames.ts';

const MODULE = 'or use workerPool with a worker module';
const SPREAD =
  'It seems to be what a compiler makes of { ...spread } (Angular always does): write Object.assign({}, …) in the function';
const COMPILED_IMPORT =
  'It is made by the compiler of an import(), for CommonJS: compile to ES modules ("module": "nodenext")';
const YOURS = 'A name that you did not write is a helper of your compiler (keepNames makes one)';
/** Advice for names that are not variables of the user's. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:document|window|localStorage|sessionStorage|alert|confirm|prompt|matchMedia|getComputedStyle|customElements|AudioContext|DOMParser|XMLSerializer|(?:HTML|SVG)\w*Element)$/,
    `A worker has none: do what needs it in the subscriber`,
  ],
  [
    /^location$/,
    `That of the page is not there, and self.location is that of the worker's text: give what you need of it as the option context ({ context: location.href }, the third argument)`,
  ],
  [
    /^(?:require|module|exports|__dirname|__filename)$/,
    `Write const { … } = await import('…') inside the function, ${MODULE}`,
  ],
  [
    /^__vite_ssr_/,
    `It is made by Vite, or Vitest, of an import: keep the function in a file that it does not transform (server.deps.external), ${MODULE}`,
  ],
  [
    /^__(?:webpack|turbopack|rspack|vite|parcel)\w*$/i,
    `It is what your bundler makes of an import(): use workerPool with a worker module`,
  ],
  [
    /^(?:cov_|__coverage__|__cov_|stryMutAct|_istanbul)/,
    `It counts for a coverage tool: leave the file out of its instrumentation (or use the coverage of V8), ${MODULE}`,
  ],
  [
    /^(?:__importStar|__importDefault|_interop_require_wildcard|_interop_require_default)$/,
    `${COMPILED_IMPORT}, ${MODULE}`,
  ],
  [
    /^(?:__\w+|_async_to_generator|_asyncToGenerator|_object_spread|_objectSpread\w*|_extends|_class_private\w*|_ts_\w+|_define_property|_defineProperty)$/,
    `It is a helper that your compiler puts in: compile to a newer "target" (es2022, without keepNames), ${MODULE}`,
  ],
];

/**
 * Throws `error`, or a `ClosureError` if it is about a name that the function must have had around it where it was written. A
 * module that an `import()` in a page cannot resolve is not explained: that could be done only there.
 */
export function explain(error: unknown, text: string): never {
  const name = error instanceof ReferenceError ? undefinedIn(error.message) : undefined;
  if (name !== undefined && isFree(name, text))
    throw new ClosureError(
      `The function uses "${name}", which it does not have in a worker: it is sent there as text, without the variables around it. ${adviceFor(name, text)}`,
      { cause: error },
    );
  const namesake = error instanceof TypeError ? namesakeIn(error.message) : undefined;
  if (namesake !== undefined && isGlobal(namesake, text))
    throw new ClosureError(
      `The function uses "${namesake}", which in a worker is the global of that name, not a variable or an import around the function: it is sent there as text (${(error as Error).message}). import() it inside the function, under another name, ${MODULE}`,
      { cause: error },
    );
  if (error instanceof TypeError && /\bspecifier\b/.test(error.message))
    throw new ClosureError(
      `The function imports what has no address in a worker: it is sent there as text, without its file (${error.message}). import() a whole address, given as the option context ({ context: new URL('…', import.meta.url).href }, the third argument), ${MODULE}`,
      { cause: error },
    );
  throw error;
}

function adviceFor(name: string, text: string): string {
  if (name === 'require' && /\.then\(.{0,99}\brequire\(/s.test(text)) return `${COMPILED_IMPORT}, ${MODULE}`;
  const known = ADVICE.find(([names]) => names.test(name));
  if (known !== undefined) return known[1];
  if (new RegExp(`(?<![\\w$.])${quoted(name)}\\((?:[\\w$]+\\()?\\{\\s*\\},`).test(text)) return `${SPREAD}, ${MODULE}`;
  const own = quoted(name);
  const called = new RegExp(
    `(?<![\\w$.])${own}\\s*(?:\\?\\.)?[(\`]|(?:extends|instanceof)\\s+${own}(?![\\w$])|\\.${CALLS}\\(\\s*${own}\\s*[,)]`,
  ).test(text);
  if (called)
    return `Write that function inside this one, import() its module here, ${MODULE}: a function cannot be given as context. ${YOURS}`;
  // A name that is only passed on may be a function or a value.
  const passedOn = new RegExp(`[(,]\\s*${own}\\s*[,)]`).test(text);
  return `Give it as the option context ({ context: { ${name} } }, the third argument)${passedOn ? ' unless it is a function' : ''}, import() it inside the function, ${MODULE}. ${YOURS}`;
}

/** Methods whose first argument is a function. */
const CALLS =
  '(?:map|flatMap|filter|forEach|reduce|reduceRight|some|every|find(?:Last)?(?:Index)?|sort|toSorted|then|catch|finally)';

/** The name that is not defined, or is hidden and has no value yet, by the error message of the host. */
function undefinedIn(message: string): string | undefined {
  const hidden = /'(\w+)' before initialization/.exec(message)?.[1];
  if (hidden !== undefined && HIDDEN.includes(hidden)) return hidden;
  return /^(?:Can't find variable: )?([\w$\u0080-\uffff]+)(?: is not defined)?$/.exec(message)?.[1];
}

/** Built-in names of the language: they mean the same everywhere. */
const BUILT_IN =
  /^(?:Math|JSON|Object|Array|String|Number|Boolean|Date|RegExp|Promise|Map|Set|Symbol|Reflect|Proxy|Intl|Atomics|BigInt|console|globalThis|self|\w*Error|\w+Array|Weak\w+)$/;

/** The global of which a member is missing. */
function namesakeIn(message: string): string | undefined {
  const name = /^([\w$]+)\.[\w$.]+ is not a (?:function|constructor)/.exec(message)?.[1];
  return name !== undefined && name in globalThis && !BUILT_IN.test(name) ? name : undefined;
}

const quoted = (name: string): string => name.replaceAll('$', '\\$');
/** Whether `name` stands only before a dot: then nothing in the text declares it. */
const isGlobal = (name: string, text: string): boolean =>
  isFree(name, text) && !new RegExp(`(?<![\\w$.])${quoted(name)}(?![\\w$]|\\s*\\??\\.)`).test(text);
const isFree = (name: string, text: string): boolean => new RegExp(`(?<![\\w$.])${quoted(name)}(?![\\w$])`).test(text);
