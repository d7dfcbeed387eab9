/** The executor for the argument `workers`: a number, a pool of ours, or a threads.js Pool. */
import { prepareInline } from '#inlineWorker';
import { cores } from '#platform';
import { withFactories } from '#withFactories';
import { type Executor, poolExecutor } from './stream/executor.ts';
import { programError } from './api/errors.ts';
import { show, whole } from './api/checks.ts';
import type { ResolvedOptions } from './api/resolveOptions.ts';
import { type Pool, ENGINE_POOL } from './pool/contract.ts';
import { INLINE } from './protocol/messages.ts';
import { inlineCall } from './inline/inlineCall.ts';
import { isThreadsPool, threadsOf } from './threadsjs/threadsPool.ts';

type Fn = (...args: any[]) => unknown;

/** Whether `fn` itself runs in the workers. */
export function isInline(workers: unknown): boolean {
  return workers === undefined || typeof workers === 'number';
}

export function executorOf(caller: string, fn: Fn, workers: unknown, resolved: ResolvedOptions): Executor {
  if (isInline(workers)) {
    const size = whole(`${caller}: workers`, workers, 1, cores, false, ' (or a pool)');
    const setup = resolved.setup === undefined ? undefined : inlineCall(caller, resolved.setup, 'setup');
    const functions = { fn: inlineCall(caller, fn), name: fn.name === '' ? 'inline' : fn.name, setup };
    return {
      describe: (value, index) => ({
        method: INLINE,
        args: [value],
        transfer: moved(caller, resolved.transfer?.(value, index)),
      }),
      acquire() {
        // Fetched at the same time as the factories, not after them.
        void prepareInline?.().catch(() => {});
        // A worker that is fetched first reads it later.
        const context = prepareInline === undefined ? resolved.context : asItIsNow(resolved.context);
        const pool = withFactories(({ inlinePool }) => inlinePool(functions, context, size), size);
        return { pool, release: () => void pool.close(false) };
      },
    };
  }
  const pool = poolOf(workers);
  if (pool === undefined)
    throw new TypeError(
      `${caller}: workers must be a number of workers, a pool made by workerPool, localPool or bullmqPool, or a threads.js Pool, got ${show(workers)}`,
    );
  if (resolved.sticky && !(ENGINE_POOL in (workers as object)))
    throw new TypeError(
      `${caller}: sticky needs workers that stay; a threads.js Pool lends its threads, and has them back when they are idle. Use workerPool`,
    );
  return poolExecutor(caller, fn, pool, resolved);
}

/** A copy; a context that cannot be copied is returned itself, and refused when it is sent. */
function asItIsNow<T>(context: T): T {
  try {
    return structuredClone(context);
  } catch {
    return context;
  }
}

function moved(caller: string, list: unknown): readonly unknown[] | undefined {
  if (list !== undefined && !Array.isArray(list))
    throw programError(`${caller}: transfer must return an array of what is moved, got ${show(list)}`);
  return list;
}

function poolOf(workers: unknown): Pool | undefined {
  if ((typeof workers !== 'object' && typeof workers !== 'function') || workers === null) return undefined;
  if (ENGINE_POOL in workers) return workers[ENGINE_POOL] as Pool;
  if (!isThreadsPool(workers)) return undefined;
  return withFactories(({ leased }) => leased(workers), threadsOf(workers));
}
