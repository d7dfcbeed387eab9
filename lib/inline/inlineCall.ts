/** The source text of functions that run in workers. */

/** The texts of an inline function and of its `setup`. */
export interface InlineFunctions {
  readonly fn: string;
  /** The name of the function in events. */
  readonly name: string;
  readonly setup: string | undefined;
}

/** The text of `fn`; errors call it `name`. */
export function inlineCall(caller: string, fn: (...args: any[]) => unknown, name: string = 'fn'): string {
  const text = Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text))
    throw new TypeError(
      `${caller}: ${name} has no source text to send to a worker (it is built in, or made by bind). Wrap it: (value) => ${/^(?:bound )?(\S+)$/.exec(fn.name)?.[1] ?? 'fn'}(value)`,
    );
  if (/^class\b/.test(text)) throw new TypeError(`${caller}: ${name} must be a function, got the class ${fn.name}`);
  return text;
}
