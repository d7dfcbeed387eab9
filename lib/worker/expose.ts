import { attached } from '#port';
import { exposeToThreads } from '#threadsHost';
import { type WorkerHooks, checkHooks } from '../api/workerHooks.ts';
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
 * @param hooks `setup`, before the first task, with the `data` of the pool, and `teardown`, after the last.
 * @throws TypeError: `api` is no object of functions, or a hook no function.
 * @throws Error: it was called before in this worker.
 *
 * ```ts
 * import { expose } from 'rxjs-parallel/worker';
 *
 * const api = { double: (n: number) => 2 * n };
 * expose(api);
 * export type DoubleApi = typeof api;
 * ```
 *
 * ```ts
 * let words: string[];
 * expose(
 *   { find: (part: string) => words.filter((word) => word.includes(part)) },
 *   { setup: (data: string[]) => void (words = data) }, // workerPool(…, { data: words })
 * );
 * ```
 */
export function expose(api: object, hooks: WorkerHooks = {}): void {
  if (typeof api !== 'object' || api === null)
    throw new TypeError(`expose: api must be an object of functions, got ${api === null ? 'null' : `a ${typeof api}`}`);
  const methods = methodNames(api as Methods);
  if (methods.length === 0)
    throw new TypeError('expose: api must have at least one function, of its own or of its class');
  checkHooks('expose', hooks);
  if (!attached) return;
  if (exposed)
    throw new Error('expose() was called more than once in this worker: by its module, or by one that it imports');
  exposed = true;
  const { setup } = hooks;
  let begun: Promise<unknown> | undefined;
  // Only once: a thread of a threads.js Pool may be called by two hosts, threads.js and ours.
  const once =
    setup === undefined ? undefined : (data: unknown) => (begun ??= Promise.resolve().then(() => setup(data)));
  serve(api as Methods, { ...hooks, setup: once });
  // Called by a host that is threads.js, which has no data for the setup.
  const called =
    (name: string) =>
    (...args: unknown[]) => {
      const call = (): unknown => methodOf(api as Methods, name).apply(api, args);
      return once === undefined ? call() : once(undefined).then(call);
    };
  exposeToThreads({ ...Object.fromEntries(methods.map((name) => [name, called(name)])), [MARK]: () => 1 });
}
