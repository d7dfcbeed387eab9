/** A stream of what a source pushes, for any kind of Observable. */
import type { ResolvedOptions } from '../api/options.ts';
import { onAbort } from '../primitives/onAbort.ts';
import type { Executor } from './executor.ts';
import { PushInput } from './input/pushInput.ts';
import type { ResultBuffer } from './results/resultBuffer.ts';
import { type Destination, Stream } from './stream.ts';

/** What the source is subscribed with. */
export interface PushedStream<T> {
  next(value: T): void;
  error(error: unknown): void;
  complete(): void;
  /** Nobody takes results any more. */
  end(): void;
}

/** `unsubscribe` stops the source, also while it is still in the middle of subscribing. */
export function pushedStream<T>(
  executor: Executor,
  options: ResolvedOptions,
  results: new () => ResultBuffer,
  destination: Destination,
  callSite: Error,
  unsubscribe: () => void,
): PushedStream<T> {
  const { signal } = options;
  const { pool, release } = executor.acquire();
  const input = new PushInput<T>(options, () => pool.dropped?.(), unsubscribe, pool.queueLimit);
  const stream = new Stream(pool, options, input, new results(), executor.describe, destination, callSite);
  const unlisten = signal === undefined ? undefined : onAbort(signal, () => stream.error(signal.reason));
  return {
    next(value) {
      input.push(value);
      stream.arrived();
      const overflow = input.enforceLimits();
      if (overflow !== undefined) stream.error(overflow);
    },
    error(error) {
      input.done = true;
      stream.error(error);
    },
    complete() {
      input.done = true;
      stream.proceed();
    },
    end() {
      unlisten?.();
      stream.stop();
      // Not before the stream has left: it is not to hear of the end of a pool of its own.
      release?.();
    },
  };
}
