/** The methods of an api, which a worker exposes or `localPool` is given, and what they return. */

export type Methods = Readonly<Record<string, unknown>>;

/** A method by its name: own ones only, so that no name reaches what every object inherits. */
export function methodOf(api: Methods, name: string): (...args: readonly unknown[]) => unknown {
  const method = Object.hasOwn(api, name) ? api[name] : undefined;
  if (typeof method === 'function') return method as (...args: readonly unknown[]) => unknown;
  const names = Object.keys(api).filter((each) => typeof api[each] === 'function');
  throw new TypeError(`The worker exposes no method "${name}"; it exposes ${names.join(', ')}`);
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
