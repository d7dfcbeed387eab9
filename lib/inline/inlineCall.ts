/** A function that is sent to workers as text. */

/** The texts of a function that runs in workers, and of what makes its third argument there. */
export interface InlineFunctions {
  readonly fn: string;
  /** What it is called in events. */
  readonly name: string;
  readonly setup: string | undefined;
}

/** The text of `fn`, which is called `name` in errors. */
export function inlineCall(caller: string, fn: (...args: any[]) => unknown, name: string = 'fn'): string {
  const text = Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text))
    throw new TypeError(
      `${caller}: ${name} has no source text to send to a worker (it is built in, or made by bind). Wrap it: (value) => ${/^(?:bound )?(\S+)$/.exec(fn.name)?.[1] ?? 'fn'}(value)`,
    );
  if (/^class\b/.test(text)) throw new TypeError(`${caller}: ${name} must be a function, got the class ${fn.name}`);
  return text;
}
