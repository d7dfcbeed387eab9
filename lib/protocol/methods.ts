/** The methods of an api: what a worker exposes, or `localPool` is given. */
import { programError } from '../api/workerErrors.ts';

export type Methods = Readonly<Record<string, unknown>>;
type Method = (...args: readonly unknown[]) => unknown;

/** A method by its name, of the api itself or of its class; never one that every object inherits. */
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

/** The methods of the classes that `api` is an instance of. Getters are not called. */
function inheritedBy(api: Methods): ReadonlyMap<string, Method> {
  const first = Object.getPrototypeOf(api) as object | null;
  if (first === null) return new Map();
  const before = known.get(first);
  if (before !== undefined) return before;
  const methods = new Map<string, Method>();
  // The last prototype of the chain is the one of every object.
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

/** Whether this is the prototype of a built-in class (`Map`), whose methods are not meant to be exposed. */
function isBuiltIn(prototype: object): boolean {
  const made = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown;
  return typeof made === 'function' && /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(made));
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
