/** What an inline function had around it at home and has not in a worker, and what to do about it. */
import { ClosureError } from '../errors.ts';

/** Stands for what is around the function: any use is an error, where `undefined` would go unnoticed (`this?.cache`). */
export function guard(what: string): object {
  const refuse = (): never => {
    throw new ClosureError(
      `The function uses ${what}, which it does not have in a worker: it is sent there as text. ` +
        'Give what it reads of it as the option context ({ context: { … } }, the third argument), or use workerPool with a worker module',
    );
  };
  const traps = { get: refuse, set: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse };
  return new Proxy({}, { ...traps, deleteProperty: refuse, defineProperty: refuse, getOwnPropertyDescriptor: refuse });
}

/** Has every use of the `arguments` of the function around be an error. */
export function guardArguments(all: object): void {
  for (const key of ['length', Symbol.iterator, '0', '1']) Reflect.deleteProperty(all, key);
  Object.setPrototypeOf(all, guard('"arguments" of the function around it'));
}

/** Names that compilers and test runners put into functions, and what makes them. */
const HELPERS: readonly (readonly [RegExp, string])[] = [
  [
    /^cov_/,
    'the coverage of your test runner: leave this file out of it (/* istanbul ignore file */), or use v8 coverage',
  ],
  [/^__vite_ssr_/, 'Vite, of an import'],
  [
    /^(?:__import|_interop_require_|_interopRequire)/,
    'the compiler, of an import, for CommonJS: compile to ES modules',
  ],
  [
    /^(?:__awaiter|__generator|_async_to_generator|_asyncToGenerator)/,
    'the compiler, of async: set its target to ES2017 or later',
  ],
  [
    /^(?:__spread|__rest|__assign|__objRest|_object_spread|_objectSpread|_extends)/,
    'the compiler, of ... : set its target to ES2018 or later',
  ],
];

function advice(name: string, text: string): string {
  const module = 'use workerPool with a worker module';
  const helper = HELPERS.find(([names]) => names.test(name));
  if (helper !== undefined) return `It was made by ${helper[1]}; or ${module}`;
  if (name === 'document' || name === 'window')
    return `Workers have no page: read what it needs before, and give it as the option context, or ${module}`;
  if (['require', 'module', 'exports', '__dirname', '__filename'].includes(name))
    return `Use await import('…') inside the function, give paths as the option context, or ${module}`;
  const escaped = name.replaceAll('$', String.raw`\$`);
  if (new RegExp(String.raw`(?<![\w$.])${escaped}\s*\(`).test(text))
    return `It is a function or a class, which context cannot carry: move it inside the function, where it is imported use await import('…') inside, or ${module}`;
  return `Give it as the option context ({ context: { ${name} } }, the third argument); where it is imported use await import('…') inside the function, or ${module}`;
}

/** A name that is not defined, and that the function's text uses freely, is one that it had around it at home. */
export function explain(error: unknown, text: string): never {
  const name =
    error instanceof ReferenceError
      ? /^(?:Can't find variable: )?([\p{ID_Continue}$]+)(?: is not defined)?$/u.exec(error.message)?.[1]
      : undefined;
  if (name === undefined) throw error;
  const free = new RegExp(
    String.raw`(?<![\p{ID_Continue}$.])${name.replaceAll('$', String.raw`\$`)}(?![\p{ID_Continue}$])`,
    'u',
  );
  if (!free.test(text)) throw error;
  throw new ClosureError(
    `The function uses "${name}", which it does not have in a worker: it is sent there as text, without the variables around it. ` +
      advice(name, text),
    { cause: error },
  );
}
