/** The part that is RxJS: a stream between a source and a subscriber. */
import { Observable, type OperatorFunction, Subject, takeUntil } from 'rxjs';
import type { ResolvedOptions } from '../api/options.ts';
import type { Description, Pool } from '../pool/contract.ts';
import { onAbort } from '../primitives/onAbort.ts';
import { PushInput } from './pushInput.ts';
import type { ResultBuffer } from './resultBuffer.ts';
import { recorder } from '../pool/callRecorder.ts';
import { Stream } from './stream.ts';
import { subscriptionSite } from '../primitives/callSite.ts';

/** A pool for one subscription, and what to do when that is over. */
export interface Lease {
  readonly pool: Pool;
  readonly release?: () => void;
}

/** What `workers` means: how `fn` becomes calls, and which pool makes them. */
export interface Executor {
  readonly describe: (value: any, index: number) => Description;
  acquire(): Lease;
}

/**
 * Calls that `fn` describes, made by `pool`.
 *
 * @throws TypeError: it cannot do what the options want.
 */
export function poolExecutor(
  caller: string,
  fn: (...args: any[]) => unknown,
  pool: Pool,
  { buffer, sticky }: ResolvedOptions,
): Executor {
  const reason = (buffer === undefined ? undefined : pool.oneResult) ?? (sticky ? pool.notSticky : undefined);
  if (reason !== undefined) throw new TypeError(`${caller}: ${reason}`);
  const describe = recorder();
  return { describe: (value, index) => describe(fn, value, index), acquire: () => ({ pool }) };
}

/** Makes an operator of an executor and an result buffer. Every subscription has a stream of its own. */
export function parallelOperator<T, R>(
  executor: Executor,
  options: ResolvedOptions,
  results: new () => ResultBuffer,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>(function subscribe(subscriber) {
      const { signal } = options;
      if (signal?.aborted === true) return subscriber.error(signal.reason);
      const callSite = subscriptionSite(subscribe);
      // Stops the source even while it is still in the middle of subscribing.
      const stop = new Subject<void>();
      const { pool, release } = executor.acquire();
      const input = new PushInput<T>(
        options,
        () => pool.dropped?.(),
        () => stop.next(),
        pool.queueLimit,
      );
      const stream = new Stream(pool, options, input, new results(), executor.describe, subscriber, callSite);
      const unlisten = signal === undefined ? undefined : onAbort(signal, () => stream.error(signal.reason));
      subscriber.add(() => {
        unlisten?.();
        stream.stop();
        // Not before the stream has left: it is not to hear of the end of a pool of its own.
        release?.();
      });
      source.pipe(takeUntil(stop)).subscribe({
        next(value) {
          input.push(value);
          stream.arrived();
          const overflow = input.enforceLimits();
          if (overflow !== undefined) stream.error(overflow);
        },
        error(error: unknown) {
          input.done = true;
          stream.error(error);
        },
        complete() {
          input.done = true;
          stream.drain();
        },
      });
    });
}
