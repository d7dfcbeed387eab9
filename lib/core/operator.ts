/** The part that is RxJS: a stream between a source and a subscriber. */
import { Observable, type OperatorFunction, Subject, takeUntil } from 'rxjs';
import type { Plan } from '../options.ts';
import type { Description, Pool } from '../pool.ts';
import { whenAborted } from './abort.ts';
import { Arrivals } from './arrivals.ts';
import type { Outlet } from './outlet.ts';
import { recorder } from './recorder.ts';
import { Stream } from './stream.ts';
import { whereSubscribed } from './subscribed.ts';

/** A pool for one subscription, and what to do when that is over. */
export interface Hire {
  readonly pool: Pool;
  readonly release?: () => void;
}

/** What `workers` means: how `fn` becomes calls, and which pool makes them. */
export interface Crew {
  readonly describe: (value: any, index: number) => Description;
  hire(): Hire;
}

/** Calls that `fn` describes, made by `pool`. */
export function crewOn(fn: (...args: any[]) => unknown, pool: Pool): Crew {
  const describe = recorder();
  return { describe: (value, index) => describe(fn, value, index), hire: () => ({ pool }) };
}

/** Makes an operator of a crew and an outlet. Every subscription has a stream of its own. */
export function parallel<T, R>(crew: Crew, plan: Plan, outlet: new () => Outlet): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>(function subscribe(subscriber) {
      const { signal } = plan;
      if (signal?.aborted === true) return subscriber.error(signal.reason);
      const subscribed = whereSubscribed(subscribe);
      // Stops the source even while it is still in the middle of subscribing.
      const stop = new Subject<void>();
      const { pool, release } = crew.hire();
      const arrivals = new Arrivals<T>(
        plan,
        () => pool.dropped?.(),
        () => stop.next(),
        pool.queueLimit,
      );
      const stream = new Stream(pool, plan, arrivals, new outlet(), crew.describe, subscriber, subscribed);
      const unlisten = signal === undefined ? undefined : whenAborted(signal, () => stream.error(signal.reason));
      subscriber.add(() => {
        unlisten?.();
        stream.stop();
        // Not before the stream has left: it is not to hear of the end of a pool of its own.
        release?.();
      });
      source.pipe(takeUntil(stop)).subscribe({
        next(value) {
          arrivals.push(value);
          stream.arrived();
          const overflow = arrivals.settle();
          if (overflow !== undefined) stream.error(overflow);
        },
        error(error: unknown) {
          arrivals.done = true;
          stream.error(error);
        },
        complete() {
          arrivals.done = true;
          stream.drain();
        },
      });
    });
}
