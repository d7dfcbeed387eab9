/** A function that is sent to workers as text. */

/** The text of `fn` as an expression. */
export function inlineCall(caller: string, fn: (...args: any[]) => unknown): string {
  const text = Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text))
    throw new TypeError(
      `${caller}: fn has no source text to send to a worker (it is built in, or made by bind). Wrap it: (value) => ${/^(?:bound )?(\S+)$/.exec(fn.name)?.[1] ?? 'fn'}(value)`,
    );
  if (/^class\b/.test(text)) throw new TypeError(`${caller}: fn must be a function, got the class ${fn.name}`);
  // A method's text (`{ double(n) {} }.double`) is no expression by itself.
  const isMethod =
    /^(?:async\s+)?\*?\s*(?!function\b|async\s*\()(?:[\w$]+|\[[^\]]*\]|'[^']*'|"[^"]*")\s*\(/.test(text) &&
    !/^(?:async\s*)?\([^)]*\)\s*=>/.test(text);
  return isMethod ? `Object.values({ ${text} })[0]` : text;
}
