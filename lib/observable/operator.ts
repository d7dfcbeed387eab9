/** The form of a stream for the platform's Observable: an operator between a source and a subscriber. */
import type { ResolvedOptions } from '../api/resolveOptions.ts';
import { subscriptionSite } from '../primitives/callSite.ts';
import type { Executor } from '../stream/executor.ts';
import { pushedStream } from '../stream/pushedStream.ts';
import type { ResultBuffer } from '../stream/results/resultBuffer.ts';
import { type Observable, type ObservableSource, platformObservable } from './platform.ts';

/** From an Observable to one of its results: `parallelMap(fn, 4)(source)`. */
export type Operator<T, R> = (source: ObservableSource<T>) => Observable<R>;

/**
 * An operator with an executor and a kind of result buffer. Every run of an Observable has its own stream.
 *
 * @throws TypeError: the platform has no Observable.
 */
export function parallelOperator<T, R>(
  executor: Executor,
  options: ResolvedOptions,
  results: new () => ResultBuffer,
  caller: string,
): Operator<T, R> {
  const Observable = platformObservable(caller);
  return (given) => {
    const source = Observable.from(given);
    return new Observable<R>(function subscribe(subscriber) {
      const { signal } = options;
      if (signal?.aborted === true) return subscriber.error(signal.reason);
      const callSite = subscriptionSite(subscribe);
      const stop = new AbortController();
      const stream = pushedStream<T>(executor, options, results, subscriber, callSite, () => stop.abort());
      subscriber.addTeardown(stream.end);
      source.subscribe(stream, { signal: stop.signal });
    });
  };
}
