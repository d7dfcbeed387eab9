/** The methods of an api, which a worker exposes or `localPool` is given, and what they return. */
import { programError } from '../api/workerErrors.ts';

export type Methods = Readonly<Record<string, unknown>>;
type Method = (...args: readonly unknown[]) => unknown;

/** A method by its name: the api's own, or its class's; no name reaches what every object inherits. */
export function methodOf(api: Methods, name: string): Method {
  if (Object.hasOwn(api, name)) {
    const own = api[name];
    if (typeof own === 'function') return own as Method;
  } else {
    const inherited = inheritedBy(api).get(name);
    if (inherited !== undefined) return inherited;
  }
  throw programError(`The worker exposes no method "${name}"; it exposes ${methodNames(api).join(', ')}`);
}

/** The names of all methods. */
export function methodNames(api: Methods): string[] {
  const own = Object.keys(api).filter((name) => typeof api[name] === 'function');
  return [...new Set([...own, ...inheritedBy(api).keys()])];
}

const known = new WeakMap<object, ReadonlyMap<string, Method>>();

/** The methods of the classes that `api` is an instance of. Getters are not asked. */
function inheritedBy(api: Methods): ReadonlyMap<string, Method> {
  const first = Object.getPrototypeOf(api) as object | null;
  if (first === null) return new Map();
  const before = known.get(first);
  if (before !== undefined) return before;
  const methods = new Map<string, Method>();
  // The last of the chain is what every object inherits.
  for (let at = first, next; (next = Object.getPrototypeOf(at) as object | null) !== null && !isBuiltIn(at); at = next)
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)) as [
      string,
      { value?: unknown },
    ][])
      if (name !== 'constructor' && typeof value === 'function' && !methods.has(name))
        methods.set(name, value as Method);
  known.set(first, methods);
  return methods;
}

/** Of a class of the language (`Map`), whose methods nobody meant to expose. */
function isBuiltIn(prototype: object): boolean {
  const made = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown;
  return typeof made === 'function' && /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(made));
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
