// Tasks that give many values: the type of one.
import { type Observable, of } from 'rxjs';
import {
  type ParallelFlatOptions,
  type WorkerPool,
  parallelConcatMap,
  parallelFlatMapIterable,
  parallelMergeMap,
} from 'rxjs-parallel';
import { is } from './same.ts';

interface Row {
  readonly n: number;
}
/** That of threads.js, of whose types an ES module finds not all. */
interface ThreadsObservable<T> {
  subscribe(onNext: (value: T) => void, onError?: (error: any) => void, onComplete?: () => void): object;
  subscribe(observer: { next?(value: T): void; error?(error: any): void; complete?(): void }): object;
}
/** The platform's, as its types have it. */
interface PlatformObservable<T> {
  subscribe(
    observer?:
      | ((value: T) => void)
      | { next?: (value: T) => void; error?: (error: any) => void; complete?: () => void },
    options?: { signal?: { readonly aborted: boolean } },
  ): void;
}
declare const api: {
  rows(n: number): Generator<Row>;
  later(n: number): AsyncGenerator<string>;
  listed(n: number): Promise<boolean[]>;
  observed(n: number): Observable<Date>;
  iterable(n: number): Iterable<'a' | 'b'>;
  asyncIterable(n: number): AsyncIterable<bigint>;
  threads(n: number): ThreadsObservable<RegExp>;
  platform(n: number): PlatformObservable<Map<string, number>>;
  count(n: number): number;
  any(): any;
  unknown(): unknown;
  nothing(): Generator<never>;
  // What a web stream has of it: not every program knows its type.
  readable(n: number): {
    getReader(): { read(): Promise<{ done: false; value: Uint8Array } | { done: true; value: undefined }> };
  };
};
declare const pool: WorkerPool<typeof api>;

is<Observable<Row>>()(of(1).pipe(parallelConcatMap((worker, n) => worker.rows(n), pool)));
is<Observable<string>>()(of(1).pipe(parallelMergeMap((worker, n) => worker.later(n), pool, { buffer: 3 })));
is<Observable<boolean>>()(of(1).pipe(parallelMergeMap((worker, n) => worker.listed(n), pool)));
is<Observable<Date>>()(of(1).pipe(parallelMergeMap((worker, n) => worker.observed(n), pool)));
is<Observable<'a' | 'b'>>()(of(1).pipe(parallelConcatMap((worker, n) => worker.iterable(n), pool)));
is<Observable<bigint>>()(of(1).pipe(parallelConcatMap((worker, n) => worker.asyncIterable(n), pool)));
is<Observable<RegExp>>()(of(1).pipe(parallelConcatMap((worker, n) => worker.threads(n), pool)));
is<Observable<Map<string, number>>>()(of(1).pipe(parallelConcatMap((worker, n) => worker.platform(n), pool)));
is<Observable<Uint8Array>>()(of(1).pipe(parallelConcatMap((worker, n) => worker.readable(n), pool)));
is<Observable<string>>()(
  of(1).pipe(
    parallelMergeMap(async function* (n) {
      yield String(n);
    }, 2),
  ),
);
is<Observable<number>>()(
  of(1).pipe(
    parallelConcatMap(function* (n) {
      yield n;
    }, 2),
  ),
);
is<AsyncIterableIterator<string>>()(
  parallelFlatMapIterable([1], (worker, n) => worker.later(n), pool, { ordered: false }),
);
is<
  Observable<
    Row | { readonly status: 'rejected'; readonly index: number; readonly input: number; readonly reason: unknown }
  >
>()(of(1).pipe(parallelConcatMap((worker, n) => worker.rows(n), pool, { onError: 'settle' })));
const options: ParallelFlatOptions = { buffer: 8, onError: 'throw' };
void options;

// The operators of the pool itself.
is<Observable<Row>>()(of(1).pipe(pool.concatMap((worker, n) => worker.rows(n))));
is<Observable<string>>()(of(1).pipe(pool.mergeMap((worker, n, index) => worker.later(n + index), { buffer: 3 })));
is<Observable<boolean>>()(of(1).pipe(pool.concatMap((worker, n) => worker.listed(n), { onError: 'skip' })));
is<
  Observable<
    Row | { readonly status: 'rejected'; readonly index: number; readonly input: number; readonly reason: unknown }
  >
>()(of(1).pipe(pool.mergeMap((worker, n) => worker.rows(n), { onError: 'settle' })));
// @ts-expect-error: there is no such method
of(1).pipe(pool.concatMap((worker, n) => worker.rosw(n)));
// @ts-expect-error: it has one result
of(1).pipe(pool.concatMap((worker, n) => worker.count(n)));
// @ts-expect-error: it has one result
of(1).pipe(parallelMergeMap((worker, n) => worker.count(n), pool));
// Of what nobody knows, it may be many; and many may be none.
of(1).pipe(parallelMergeMap((worker) => worker.any(), pool));
of(1).pipe(parallelMergeMap((worker) => worker.unknown(), pool));
of(1).pipe(parallelMergeMap((worker) => worker.nothing(), pool));
// @ts-expect-error: such a task travels alone
of(1).pipe(pool.mergeMap((worker, n) => worker.rows(n), { batch: 2 }));
