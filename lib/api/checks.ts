/** Checks of arguments and options. Their errors name the option, what it must be, and what it was. */
import { programError } from './workerErrors.ts';

/** Checks an options object, which may be undefined: a name that is not among `names` is refused, not silently ignored. */
export function record(what: string, options: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (options === undefined) return {};
  // A Promise has no names that could be wrong, and would pass for no options.
  if (typeof options !== 'object' || options === null || options instanceof Promise)
    throw new TypeError(`${what} must be an object, got ${show(options)}`);
  for (const name of Object.keys(options))
    if (!names.includes(name)) throw new TypeError(`${what} has no "${name}"; it may have ${names.join(', ')}`);
  return options as Record<string, unknown>;
}

/** Checks an integer, at least `least`; `otherwise`, if given, is the default. */
export function whole(
  what: string,
  value: unknown,
  least: number,
  otherwise?: number,
  infinity: boolean = false,
  or: string = infinity ? ' or Infinity' : '',
): number {
  if (value === undefined && otherwise !== undefined) return otherwise;
  return numberThat(
    what,
    value,
    `an integer, at least ${least}${or}`,
    (given) => (infinity && given === Infinity) || (Number.isSafeInteger(given) && given >= least),
  );
}

/** Checks a finite number; `otherwise` is the default. */
export function finite(what: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  return numberThat(what, value, 'a finite number', Number.isFinite);
}

/** The longest time that a timer can wait; with a longer one it would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Checks milliseconds that a timer can wait. */
export function milliseconds(what: string, value: unknown, least: number, or: string = ''): number {
  return numberThat(
    what,
    value,
    `milliseconds from ${least} to ${LONGEST}${or}`,
    (given) => given >= least && given <= LONGEST,
  );
}

function numberThat(what: string, value: unknown, expected: string, fits: (given: number) => boolean): number {
  const message = `${what} must be ${expected}, got ${show(value)}`;
  if (typeof value !== 'number') throw new TypeError(message);
  if (!fits(value)) throw new RangeError(message);
  return value;
}

/** Checks a boolean; `otherwise` is the default. */
export function trueOrFalse(what: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value !== 'boolean') throw new TypeError(`${what} must be true or false, got ${show(value)}`);
  return value;
}

/** Checks the argument `fn` of an operator, or of a method of a pool. */
export function checkFn(caller: string, fn: unknown): void {
  checkCallable(`${caller}: fn`, fn);
}

/** Checks a function, which may be undefined. */
export function callable(what: string, value: unknown): ((...args: any[]) => unknown) | undefined {
  if (value !== undefined) checkCallable(what, value);
  return value as ((...args: any[]) => unknown) | undefined;
}

/** A function whose result is needed at once, or undefined for none: a Promise would be taken for the result itself. */
export function synchronous(what: string, value: unknown): ((...args: any[]) => unknown) | undefined {
  const fn = callable(what, value);
  if (fn === undefined) return fn;
  return (...args) => {
    const result = fn(...args);
    if (result instanceof Promise) throw programError(`${what} must not return a Promise`);
    return result;
  };
}

function checkCallable(what: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${what} must be a function, got ${show(value)}`);
}

export function oneOf<T extends string>(what: string, value: unknown, allowed: readonly [T, ...T[]]): T {
  if (value === undefined) return allowed[0];
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  const message = `${what} must be one of ${allowed.map((each) => `'${each}'`).join(', ')}, got ${show(value)}`;
  throw typeof value === 'string' ? new RangeError(message) : new TypeError(message);
}

/** A value as an error message names it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const name: unknown = (Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null)?.constructor
    ?.name;
  return typeof name === 'string' && name !== 'Object' ? `a ${name}` : 'an object';
}
