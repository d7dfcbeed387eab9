import { attached } from '#port';
import { exposeToThreads } from '#threadsHost';
import { MARK } from '../protocol/messages.ts';
import { type Methods, methodNames, methodOf } from '../protocol/methods.ts';
import { serve } from './messageLoop.ts';

let exposed = false;

/**
 * Makes the functions of `api` callable from the main thread. Call it once, in a worker's module.
 *
 * Methods may be async, and may throw. The worker also serves a plain threads.js `spawn`. Outside a worker this does
 * nothing: a worker's module may be imported on the main thread, in a page, or by a test, for its types or for `localPool`.
 *
 * @param api an object of functions, or an instance of a class: its methods, and those of its class.
 * @throws TypeError: `api` is no object of functions.
 * @throws Error: it was called before in this worker.
 *
 * ```ts
 * import { expose } from 'rxjs-parallel/worker';
 *
 * const api = { double: (n: number) => 2 * n };
 * expose(api);
 * export type DoubleApi = typeof api;
 * ```
 */
export function expose(api: object): void {
  if (typeof api !== 'object' || api === null)
    throw new TypeError(`expose: api must be an object of functions, got ${api === null ? 'null' : `a ${typeof api}`}`);
  const methods = methodNames(api as Methods);
  if (methods.length === 0)
    throw new TypeError('expose: api must have at least one function, of its own or of its class');
  if (!attached) return;
  if (exposed)
    throw new Error('expose() was called more than once in this worker: by its module, or by one that it imports');
  exposed = true;
  serve(api as Methods);
  const called =
    (name: string) =>
    (...args: unknown[]) =>
      methodOf(api as Methods, name).apply(api, args);
  exposeToThreads({ ...Object.fromEntries(methods.map((name) => [name, called(name)])), [MARK]: () => 1 });
}
