/** A function that is sent to workers as text. */

/** The text of `fn`. */
export function inlineCall(caller: string, fn: (...args: any[]) => unknown): string {
  const text = Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text))
    throw new TypeError(
      `${caller}: fn has no source text to send to a worker (it is built in, or made by bind). Wrap it: (value) => ${/^(?:bound )?(\S+)$/.exec(fn.name)?.[1] ?? 'fn'}(value)`,
    );
  if (/^class\b/.test(text)) throw new TypeError(`${caller}: fn must be a function, got the class ${fn.name}`);
  return text;
}
