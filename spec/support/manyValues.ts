/** Methods that give the numbers from 1 to `n`, each in a way of its own; and of what pushes, some without end. */
import { type Observable as RxObservable, finalize, interval, range } from 'rxjs';
// @ts-expect-error: an ES module finds no types of it.
import { Observable as UntypedObservable } from 'threads/observable';

interface Observer<T> {
  next?(value: T): void;
  complete?(): void;
}

/** That of threads.js. */
interface ThreadsObservable<T> {
  subscribe(observer: Observer<T>): object;
}
const ThreadsObservable: {
  new <T>(subscriber: (observer: Required<Observer<T>>) => () => void): ThreadsObservable<T>;
  from<T>(values: Iterable<T>): ThreadsObservable<T>;
} = UntypedObservable;

/** The platform's Observable, as far as hosts without it need one: a signal ends what has been subscribed. */
interface PlatformObservable<T> {
  subscribe(observer?: Observer<T>, options?: { readonly signal?: AbortSignal }): void;
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, at) => at + 1);
const TICK = 2;
let stopped = 0;

export const manyValues = {
  *generator(n: number): Generator<number> {
    yield* upTo(n);
  },
  async *asyncGenerator(n: number): AsyncGenerator<number> {
    for (const each of upTo(n)) {
      await Promise.resolve();
      yield each;
    }
  },
  array: upTo,
  promise: async (n: number): Promise<number[]> => upTo(n),
  iterable: (n: number): Iterable<number> => ({ [Symbol.iterator]: () => upTo(n)[Symbol.iterator]() }),
  set: (n: number): Set<number> => new Set(upTo(n)),
  asyncIterable: (n: number): AsyncIterable<number> => ({
    [Symbol.asyncIterator]: () => manyValues.asyncGenerator(n),
  }),
  readableStream: (n: number): ReadableStream<number> =>
    new ReadableStream({
      start(controller) {
        for (const each of upTo(n)) controller.enqueue(each);
        controller.close();
      },
    }),
  rxjsObservable: (n: number): RxObservable<number> => range(1, n),
  threadsObservable: (n: number): ThreadsObservable<number> => ThreadsObservable.from(upTo(n)),
  platformObservable: (n: number): PlatformObservable<number> => ({
    subscribe(observer) {
      for (const each of upTo(n)) observer?.next?.(each);
      observer?.complete?.();
    },
  }),

  rxjsTicks: (): RxObservable<number> => interval(TICK).pipe(finalize(() => stopped++)),
  threadsTicks: (): ThreadsObservable<number> =>
    new ThreadsObservable((observer) => {
      let n = 0;
      const timer = setInterval(() => observer.next(n++), TICK);
      return () => {
        clearInterval(timer);
        stopped++;
      };
    }),
  platformTicks: (): PlatformObservable<number> => ({
    subscribe(observer, options) {
      let n = 0;
      const timer = setInterval(() => observer?.next?.(n++), TICK);
      options?.signal?.addEventListener('abort', () => {
        clearInterval(timer);
        stopped++;
      });
    },
  }),
  stopped: (): number => stopped,
};
export type ManyValuesApi = typeof manyValues;
