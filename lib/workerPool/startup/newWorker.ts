/** The call of a pool's factory, and the check of the worker that it returns. */
import { marked } from '#platform';
import { show } from '../../api/checks.ts';
import { type AnyWorker, isWorker } from './anyWorker.ts';
import { notMade, withOutlook } from './startFailure.ts';

const known = new WeakSet<object>();

/** `pool`: names the pool in errors. @throws WorkerInitError: the factory threw, or did not return a new worker. */
export function newWorker(factory: () => unknown, pool: string): AnyWorker {
  let returned: unknown;
  try {
    returned = marked(factory);
  } catch (cause) {
    throw notMade(cause, pool);
  }
  const problem = problemWith(returned);
  if (problem !== undefined) {
    const cause = new TypeError(`The pool's factory must return a new Worker${problem}`);
    throw withOutlook(notMade(cause, pool), 'refused');
  }
  known.add(returned as AnyWorker);
  return returned as AnyWorker;
}

/** What is wrong with the returned value; undefined for a worker that was not returned before. */
function problemWith(returned: unknown): string | undefined {
  if (returned instanceof Promise) {
    // Nobody else handles its rejection, or ends the worker that it resolves to.
    const end = (worker: unknown): unknown => isWorker(worker) && worker.terminate();
    returned.then(end).catch(() => {});
  }
  if (!isWorker(returned)) return `, it returned ${show(returned)}`;
  return known.has(returned) ? ' each time, it returned one that it had returned before' : undefined;
}
