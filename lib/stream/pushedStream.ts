/** A stream over a source that pushes, for any kind of Observable. */
import type { ResolvedOptions } from '../api/resolveOptions.ts';
import { onAbort } from '../primitives/onAbort.ts';
import type { Executor } from './executor.ts';
import { PushInput } from './input/pushInput.ts';
import type { ResultBuffer } from './results/resultBuffer.ts';
import { type Destination, Stream } from './stream.ts';

/** The observer that the source is subscribed with. */
export interface PushedStream<T> {
  next(value: T): void;
  error(error: unknown): void;
  complete(): void;
  /** To be called when the subscriber has unsubscribed. */
  end(): void;
}

/** `unsubscribe` must stop the source also while that is still being subscribed to. */
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
      // After the stream has detached, or the end of a pool of its own would error it.
      release?.();
    },
  };
}
