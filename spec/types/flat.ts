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
declare const api: {
  rows(n: number): Generator<Row>;
  later(n: number): AsyncGenerator<string>;
  listed(n: number): Promise<boolean[]>;
  observed(n: number): Observable<Date>;
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
// @ts-expect-error: such a task travels alone
of(1).pipe(pool.mergeMap((worker, n) => worker.rows(n), { batch: 2 }));
