/** Pools for functions that are sent to their workers as text. */
import { inlineWorker, prepareInline } from '#platform';
import { CloneError } from '../errors.ts';
import { SETUP, type SetupMessage, messageOf } from '../wire.ts';
import { Lanes } from './lanes.ts';
import { type Opening, openAfter, openWorker } from './link.ts';

/** Milliseconds that an inline worker may take to come up. */
const INIT_TIMEOUT = 10_000;

/** The one reason for which a page cannot load it: its text is at hand. */
const UNLOADED =
  "a function sent as text needs worker-src blob: in the page's Content-Security-Policy; workerPool with a worker module does not";

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

/** A pool that one subscription owns, whose workers run the function of that text. */
export function inlinePool(text: string, context: unknown, size: number): Lanes {
  const open = (): unknown => {
    const { worker, source } = inlineWorker(text);
    try {
      (worker as { postMessage(message: SetupMessage): void }).postMessage({ type: SETUP, source, context });
    } catch (cause) {
      (worker as { terminate(): void }).terminate();
      throw new CloneError(`context cannot cross to a worker: ${messageOf(cause)}`, { cause });
    }
    return worker;
  };
  const openNow = (): Opening => openWorker(open, INIT_TIMEOUT, UNLOADED);
  return new Lanes(
    { open: prepareInline === undefined ? openNow : () => openAfter(prepareInline!(), openNow) },
    { size },
  );
}
