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
  const [, start, name] = METHOD.exec(text) ?? [];
  if (name === undefined || ARROW.test(text)) return text;
  if (/^(?:get|set)\b/.test(start!))
    throw new TypeError(`${caller}: fn must be a function, got a getter or setter (${name})`);
  // Neither a private name nor what a computed one is made of is there; `this` is what stands for the object around it.
  const kept = /^[#[]/.test(name) ? 'method' : name;
  return `Object.values({ __proto__: this, ${start}${kept}${text.slice(start!.length + name.length)} })[0]`;
}

const SPACE = String.raw`(?:\s|\/\*[^]*?\*\/|\/\/.*)*`;
const METHOD = new RegExp(
  String.raw`^((?!(?:async\s+)?function\b)(?:(?:async|get|set)\b${SPACE}(?!\())?(?:\*${SPACE})?)` +
    String.raw`(#?[\p{ID_Continue}$]+|\[[^\]]*(?:\[[^\]]*\][^\]]*)*\]|'[^']*'|"[^"]*")${SPACE}\(`,
  'u',
);
/** `async (…) =>`, which begins as a method named async does. */
const ARROW = /^async\s*\((?:[^(){}]|\([^()]*\)|\{[^{}]*\})*\)\s*=>/;
