/** The public pool around a pool as streams see it, except for the members that depend on a kind of Observable. */
import { iterate } from '#iterate';
import { inNoContext } from '#platform';
import { rememberTask } from '../api/errors.ts';
import { checkFn, whole, milliseconds, record, trueOrFalse } from '../api/checks.ts';
import { resolveOptions } from '../api/resolveOptions.ts';
import type { BasicPool, CloseOptions, RunOptions } from '../api/types/pool.ts';
import { type ClosablePool, type Description, type Pool, ENGINE_POOL } from '../pool/contract.ts';
import type { Call, Remote, ResultOf } from '../api/types/remote.ts';
import { ownCopy } from './ownCopy.ts';
import { CALL, SharedCalls } from './sharedCalls.ts';
import { QueueLimit } from '../pool/queueLimit.ts';
import { recorder } from '../pool/callRecorder.ts';
import { type CallLimits, callAlone } from './singleCall.ts';
import { callSiteOf, subscriptionSite } from '../primitives/callSite.ts';
import { poolExecutor } from '../stream/executor.ts';
import { resolveIterable } from '../stream/iterableOptions.ts';

/** Hosts without `Symbol.asyncDispose` (Safari) still get a method that a polyfill finds. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as never);

/** A public pool that contains the pool as streams see it. */
type EnginePool<Api> = BasicPool<Api> & { readonly [ENGINE_POOL]: Pool };

/** The checked options of a call; undefined where it has none. */
function limitsOf(options: RunOptions): CallLimits | undefined {
  const names = ['signal', 'timeout', 'deadline', 'retry', 'onReport', 'priority'];
  const { deadline, ...given } = record('pool.run: options', options, names);
  if (names.every((name) => options[name as keyof RunOptions] === undefined)) return undefined;
  const due = deadline === undefined ? undefined : milliseconds('pool.run: deadline', deadline, 1);
  return { ...resolveOptions('pool.run', given, false), deadline: due };
}

/** A call with its own copy of the arguments, which any number of workers can make. */
function eachDescription(call: Description): Description {
  const { args, method, transfer } = call;
  if (transfer !== undefined)
    throw new TypeError(`pool.each: ${method}() moves an argument (Transfer), which only one worker can be given`);
  return { ...call, args: ownCopy(`The arguments of ${method}()`, args) };
}

/** `maxQueue`: how many calls and values may wait for the pool. `carry`: what travels with each task besides its arguments. */
export function basicPool<Api>(
  pool: ClosablePool,
  maxQueue: number = Infinity,
  carry?: () => unknown,
): EnginePool<Api> {
  const close = async (options?: CloseOptions): Promise<void> => {
    const { drain } = record('pool.close: options', options, ['drain']);
    const drains = trueOrFalse('pool.close: drain', drain, true);
    return inNoContext(() => pool.close(drains));
  };
  let dropped = 0;
  let streams = 0;
  // The pool as streams see it. Dropped values are counted here, for all kinds of pools: they never reach the pool itself.
  const seen: Pool = {
    get size() {
      return pool.size;
    },
    runsHere: pool.runsHere,
    listen: (listener) => pool.listen(listener),
    oneResult: pool.oneResult,
    carry,
    notSticky: pool.notSticky,
    attach: (source) => {
      source.stream = streams++;
      return pool.attach(source);
    },
    dropped: () => void dropped++,
    queueLimit: maxQueue === Infinity ? undefined : new QueueLimit(maxQueue, () => pool.starting ?? 0),
  };
  const calls = new SharedCalls(seen);
  const describe = recorder();
  const run = <C extends Call<unknown>>(fn: (worker: Remote<Api>) => C, options?: RunOptions): Promise<ResultOf<C>> =>
    new Promise((resolve, reject) => {
      checkFn('pool.run', fn);
      const limits = options === undefined ? undefined : limitsOf(options);
      if (limits?.signal?.aborted === true) throw limits.signal.reason;
      const calledAt = callSiteOf(run);
      let call: Description;
      try {
        call = describe(fn as never);
      } catch (error) {
        rememberTask(error, CALL);
        throw error;
      }
      if (limits === undefined && pool.runsHere !== true) calls.call(call, calledAt, resolve as never, reject);
      else callAlone(seen, call, limits ?? {}, calledAt, resolve as never, reject);
    });
  const mapIterable = (source: unknown, fn: (...args: any[]) => unknown, options?: unknown): any => {
    const resolved = resolveIterable('pool.mapIterable', source, fn, options, false);
    const executor = poolExecutor('pool.mapIterable', fn, seen, resolved);
    return iterate(source, executor, resolved, subscriptionSite(mapIterable));
  };
  return {
    get size() {
      return pool.size;
    },
    run,
    mapIterable,
    each: async (fn, options) => {
      const { keep } = record('pool.each: options', options, ['keep']);
      const keeps = trueOrFalse('pool.each: keep', keep, false);
      checkFn('pool.each', fn);
      const call = eachDescription(describe(fn as never));
      return inNoContext(() => pool.each(call, callSiteOf(run), keeps)) as never;
    },
    warmUp: async (workers) => {
      const count = whole('pool.warmUp: workers', workers, 1, pool.size);
      if (count > pool.size)
        throw new RangeError(`pool.warmUp: workers must be at most the size of the pool (${pool.size}), got ${count}`);
      return inNoContext(() => pool.warmUp(count));
    },
    resize: (size) => inNoContext(() => pool.resize(whole('pool.resize: size', size, 1))),
    pause: () => inNoContext(() => pool.pause()),
    resume: () => inNoContext(() => pool.resume()),
    stats: () => ({ ...pool.stats(), dropped, paused: pool.paused }),
    close,
    [asyncDispose]: () => close(),
    [ENGINE_POOL]: seen,
  };
}
