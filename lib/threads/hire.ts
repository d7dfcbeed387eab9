/** From the argument `workers` to a crew: a number, a pool of ours, or a threads.js Pool. */
import { cores, prepareInline } from '#platform';
import { withEngine } from '#withEngine';
import { type Crew, crewOn } from '../core/operator.ts';
import { type Plan, show, whole } from '../options.ts';
import { type Pool, engine } from '../pool.ts';
import { INLINE } from '../wire.ts';
import { inlineCall } from './inline.ts';
import { isThreadsPool, threadsOf } from './threadsPool.ts';

type Fn = (...args: any[]) => unknown;

/** Whether `fn` itself runs in the workers. */
export function isInline(workers: unknown): boolean {
  return workers === undefined || typeof workers === 'number';
}

export function crewOf(caller: string, fn: Fn, workers: unknown, plan: Plan): Crew {
  if (isInline(workers)) {
    const size = whole(`${caller}: workers`, workers, 1, cores, false, ' (or a pool)');
    const source = inlineCall(caller, fn);
    return {
      describe: (value, index) => ({
        method: INLINE,
        args: [value],
        transfer: moved(caller, plan.transfer?.(value, index)),
      }),
      hire() {
        // Beside the engine, not after it.
        void prepareInline?.().catch(() => {});
        const pool = withEngine(({ inlinePool }) => inlinePool(source, plan.context, size), size);
        return { pool, release: () => void pool.close(false) };
      },
    };
  }
  const pool = poolOf(workers);
  if (pool === undefined)
    throw new TypeError(
      `${caller}: workers must be a number of workers, a pool made by workerPool, localPool or bullmqPool, or a threads.js Pool, got ${show(workers)}`,
    );
  return crewOn(fn, pool);
}

function moved(caller: string, list: unknown): readonly unknown[] | undefined {
  if (list !== undefined && !Array.isArray(list))
    throw new TypeError(`${caller}: transfer must return an array of what is moved, got ${show(list)}`);
  return list;
}

function poolOf(workers: unknown): Pool | undefined {
  if ((typeof workers !== 'object' && typeof workers !== 'function') || workers === null) return undefined;
  if (engine in workers) return workers[engine] as Pool;
  if (!isThreadsPool(workers)) return undefined;
  return withEngine(({ leased }) => leased(workers), threadsOf(workers));
}
