/** The RxJS form of a stream: an operator between a source and a subscriber. */
import { Observable, type OperatorFunction, Subject, takeUntil } from 'rxjs';
import type { ResolvedOptions } from '../api/resolveOptions.ts';
import { subscriptionSite } from '../primitives/callSite.ts';
import type { Executor } from './executor.ts';
import { pushedStream } from './pushedStream.ts';
import type { ResultBuffer } from './results/resultBuffer.ts';

/** An operator with an executor and a kind of result buffer. Every subscription has its own stream. */
export function parallelOperator<T, R>(
  executor: Executor,
  options: ResolvedOptions,
  results: new () => ResultBuffer,
): OperatorFunction<T, R> {
  return (source) => {
    if (typeof source?.pipe !== 'function')
      throw new TypeError('The source is no Observable of RxJS (of the platform: rxjs-parallel/observable)');
    return new Observable<R>(function subscribe(subscriber) {
      const { signal } = options;
      if (signal?.aborted === true) return subscriber.error(signal.reason);
      const callSite = subscriptionSite(subscribe);
      const stop = new Subject<void>();
      const stream = pushedStream<T>(executor, options, results, subscriber, callSite, () => stop.next());
      subscriber.add(stream.end);
      source.pipe(takeUntil(stop)).subscribe(stream);
    });
  };
}
