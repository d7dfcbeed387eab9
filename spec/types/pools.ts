// Pools of worker modules: which calls fn may make, and what becomes of their results.
import { type OperatorFunction, of } from 'rxjs';
import {
  type Call,
  type PoolEvent,
  type PoolStats,
  type Remote,
  type Settled,
  Transfer,
  type WorkerPool,
  localPool,
  parallelMap,
  parallelMapUnordered,
  taskOf,
  workerPool,
} from 'rxjs-parallel';
import { Transfer as transferFromWorker, taskContext } from 'rxjs-parallel/worker';
import { emits, is } from './same.ts';

const api = {
  version: 1,
  count(limit: number): number {
    return limit;
  },
  async find(text: string, from?: number): Promise<number | undefined> {
    return from === undefined ? undefined : text.indexOf('', from);
  },
  zip(bytes: Uint8Array): Transfer<Uint8Array> {
    return transferFromWorker(bytes, [bytes.buffer]);
  },
  async unzip(bytes: Uint8Array) {
    return transferFromWorker({ bytes }, [bytes.buffer]);
  },
  nothing(): void {},
};
type Api = typeof api;
declare const pool: WorkerPool<Api>;
const numbers = of(1, 2, 3);

is<WorkerPool<Api>>()(workerPool<Api>(() => undefined, 4));
is<WorkerPool<Api>>()(workerPool<Api>(() => undefined, { size: 2, idleTimeout: undefined, name: 'primes' }));
is<WorkerPool<Api>>()(localPool(api));

// Results: as they are, awaited, out of their Transfer.
emits<number>()(numbers.pipe(parallelMap((worker, n) => worker.count(n), pool)));
emits<number>()(numbers.pipe(parallelMapUnordered((worker, n) => worker.count(n), pool)));
emits<number | undefined>()(of('a').pipe(parallelMap((worker, text, index) => worker.find(text, index), pool)));
emits<Uint8Array>()(of(new Uint8Array(8)).pipe(parallelMap((worker, bytes) => worker.zip(bytes), pool)));
emits<{ bytes: Uint8Array }>()(of(new Uint8Array(8)).pipe(parallelMap((worker, bytes) => worker.unzip(bytes), pool)));
emits<void>()(numbers.pipe(parallelMap((worker) => worker.nothing(), pool)));

// Any argument may be moved.
emits<Uint8Array>()(
  of(new Uint8Array(8)).pipe(parallelMap((worker, bytes) => worker.zip(Transfer(bytes, [bytes.buffer])), pool)),
);
is<[limit: number]>()(undefined as never as Parameters<Remote<Api>['count']>);
is<[bytes: Uint8Array | Transfer<Uint8Array>]>()(undefined as never as Parameters<Remote<Api>['zip']>);
// @ts-expect-error: what is moved has the wrong type too
of(new Uint8Array(8)).pipe(parallelMap((worker, bytes) => worker.count(Transfer(bytes, [bytes.buffer])), pool));

// One of several calls, of different results.
const calls = { count: (limit: number): number => limit, name: async (n: number): Promise<string> => String(n) };
const both = localPool(calls);
emits<number | string>()(numbers.pipe(parallelMap((worker, n) => (n > 1 ? worker.count(n) : worker.name(n)), both)));
emits<number | string>()(
  numbers.pipe(
    parallelMapUnordered((worker, n) => {
      if (n > 1) return worker.count(n);
      return worker.name(n);
    }, both),
  ),
);
is<Promise<number | string>>()(both.run((worker) => (limit === 1 ? worker.count(1) : worker.name(1))));
emits<Settled<number, number | string>>()(
  numbers.pipe(parallelMap((worker, n) => (n > 1 ? worker.count(n) : worker.name(n)), both, { onError: 'settle' })),
);

// Where the compiler does not know the source, the type of a parameter says it.
const ofNumber = parallelMap((worker, n: number) => worker.count(n), pool);
is<OperatorFunction<number, number>>()(ofNumber);
const ofText = parallelMapUnordered((worker: Remote<Api>, text: string) => worker.find(text), pool);
is<OperatorFunction<string, number | undefined>>()(ofText);
emits<number | undefined>()(of('a').pipe(parallelMap((worker: Remote<Api>, text: string) => worker.find(text), pool)));

// Helpers around the operators, of any pool, and of any call.
const over = <A, T, R>(from: WorkerPool<A>, fn: (worker: Remote<A>, value: T) => Call<R>): OperatorFunction<T, R> =>
  parallelMap((worker: Remote<A>, value: T) => fn(worker, value), from);
const passed = <A, T, R>(from: WorkerPool<A>, fn: (worker: Remote<A>, value: T) => Call<R>): OperatorFunction<T, R> =>
  parallelMap(fn, from);
const once = <A, R>(from: WorkerPool<A>, fn: (worker: Remote<A>) => Call<R>): Promise<R> => from.run(fn);
emits<number>()(numbers.pipe(over(pool, (worker, n: number) => worker.count(n))));
emits<number>()(numbers.pipe(passed(pool, (worker, n: number) => worker.count(n))));
is<Promise<number>>()(once(pool, (worker) => worker.count(1)));

// Either of two pools, of the same worker.
declare const first: boolean;
emits<number>()(numbers.pipe(parallelMap((worker, n) => worker.count(n), first ? pool : localPool(api))));
declare const numberOrPool: number | WorkerPool<Api>;
// @ts-expect-error: what fn is given depends on which it is
numbers.pipe(parallelMap((worker, n) => worker.count(n), numberOrPool));

// What fn sees is calls, not promises.
numbers.pipe(
  parallelMap((worker, n, index) => {
    is<Remote<Api>>()(worker);
    is<number>()(n);
    is<number>()(index);
    is<Call<number>>()(worker.count(n));
    return worker.count(n);
  }, pool),
);

// @ts-expect-error: there is no such method
numbers.pipe(parallelMap((worker, n) => worker.cuont(n), pool));
// @ts-expect-error: `version` is no method
numbers.pipe(parallelMap((worker) => worker.version, pool));
// @ts-expect-error: an argument of the wrong type
numbers.pipe(parallelMap((worker, n) => worker.find(n), pool));
// @ts-expect-error: an argument too few
numbers.pipe(parallelMap((worker) => worker.count(), pool));
// @ts-expect-error: an argument too many
numbers.pipe(parallelMap((worker, n) => worker.count(n, n), pool));
// @ts-expect-error: fn returns no call
numbers.pipe(parallelMap((_worker, n) => n, pool));
// @ts-expect-error: fn is not async
numbers.pipe(parallelMap(async (worker, n) => worker.count(n), pool));
// @ts-expect-error: there is no such option, whatever else is given
numbers.pipe(parallelMap((worker, n) => worker.count(n), pool, { timeout: 1, onErorr: 'settle' }));
// @ts-expect-error: `context` is for functions that run in the worker
numbers.pipe(parallelMap((worker, n) => worker.count(n), pool, { context: 1 }));

emits<Settled<number, number>>()(
  numbers.pipe(parallelMap((worker, n) => worker.count(n), pool, { onError: 'settle' })),
);
emits<number>()(numbers.pipe(parallelMap((worker, n) => worker.count(n), pool, { onError: 'skip' })));
declare const either: 'throw' | 'settle' | 'skip';
emits<number | Settled<number, number>>()(
  numbers.pipe(parallelMap((worker, n) => worker.count(n), pool, { onError: either })),
);
declare const limit: number | undefined;
emits<number>()(
  numbers.pipe(
    parallelMap((worker, n) => worker.count(n), pool, { timeout: limit, batch: limit, crashRetries: limit }),
  ),
);

// The status distinguishes settled results.
declare const settled: Settled<string, number>;
is<string>()(settled.input);
if (settled.status === 'fulfilled') is<number>()(settled.value);
else is<unknown>()(settled.reason);

// The operators of the pool itself.
emits<number>()(numbers.pipe(pool.map((worker, n) => worker.count(n))));
emits<number>()(numbers.pipe(pool.mapUnordered((worker, n, index) => worker.count(n + index))));
emits<number | undefined>()(of('a').pipe(pool.map((worker, text) => worker.find(text))));
emits<Uint8Array>()(
  of(new Uint8Array(8)).pipe(pool.map((worker, bytes) => worker.zip(Transfer(bytes, [bytes.buffer])))),
);
emits<number | string>()(numbers.pipe(both.map((worker, n) => (n > 1 ? worker.count(n) : worker.name(n)))));
emits<Settled<number, number>>()(numbers.pipe(pool.map((worker, n) => worker.count(n), { onError: 'settle' })));
emits<number>()(numbers.pipe(pool.mapUnordered((worker, n) => worker.count(n), { onError: 'skip', batch: limit })));
emits<number | Settled<number, number>>()(numbers.pipe(pool.map((worker, n) => worker.count(n), { onError: either })));
is<AsyncIterableIterator<number>>()(pool.mapIterable([1], (worker, n) => worker.count(n)));
is<AsyncIterableIterator<Settled<string, number | undefined>>>()(
  pool.mapIterable(new Set(['a']), (worker, text) => worker.find(text), { ordered: false, onError: 'settle' }),
);
const mapped = pool.map((worker, n: number) => worker.count(n));
is<OperatorFunction<number, number>>()(mapped);
const within = <A, T, R>(from: WorkerPool<A>, fn: (worker: Remote<A>, value: T) => Call<R>): OperatorFunction<T, R> =>
  from.map(fn);
emits<number>()(numbers.pipe(within(pool, (worker, n: number) => worker.count(n))));
// @ts-expect-error: there is no such method
numbers.pipe(pool.map((worker, n) => worker.cuont(n)));
// @ts-expect-error: fn returns no call
numbers.pipe(pool.mapUnordered((_worker, n) => n));
// @ts-expect-error: fn is not async
numbers.pipe(pool.map(async (worker, n) => worker.count(n)));
// @ts-expect-error: there is no such option
numbers.pipe(pool.map((worker, n) => worker.count(n), { timeout: 1, onErorr: 'settle' }));
// @ts-expect-error: what is pulled does not overflow
pool.mapIterable([1], (worker, n) => worker.count(n), { maxPending: 5 });

// The pool itself.
is<Promise<number>>()(pool.run((worker) => worker.count(9)));
is<Promise<number | undefined>>()(pool.run((worker) => worker.find('a'), { timeout: limit }));
// @ts-expect-error: an argument of the wrong type
void pool.run((worker) => worker.count('9'));
is<PoolStats>()(pool.stats());
emits<PoolEvent>()(pool.events$);
is<Promise<void>>()(pool.close({ drain: false }));
is<PromiseLike<void>>()(pool[Symbol.asyncDispose]());
is<number | undefined>()(taskOf(new Error('any'))?.index);
is<number>()(taskContext().index);
is<boolean>()(taskContext().signal.aborted);

// `key` is asked with a value of the stream.
const rows = of({ id: 'a', n: 1 });
emits<number>()(rows.pipe(parallelMap((worker, row) => worker.count(row.n), pool, { key: (row) => row.id })));
emits<number>()(rows.pipe(pool.map((worker, row) => worker.count(row.n), { key: ({ id }, index) => id + index })));
emits<Settled<{ id: string; n: number }, number>>()(
  rows.pipe(pool.mapUnordered((worker, row) => worker.count(row.n), { key: ({ id }) => id, onError: 'settle' })),
);
// @ts-expect-error: a row has no `name`
rows.pipe(parallelMap((worker, row) => worker.count(row.n), pool, { key: (row) => row.name as string }));
// @ts-expect-error: a row has no `name`
rows.pipe(pool.map((worker, row) => worker.count(row.n), { key: (row) => row.name as string }));
// @ts-expect-error: it is a function
rows.pipe(pool.map((worker, row) => worker.count(row.n), { key: 'id' }));
// Its parameter may be named by a type, here or before.
declare const byNumber: { key: (n: number) => number; sticky: boolean };
const keyed = parallelMap((worker, n: number) => worker.count(n), pool, byNumber);
is<OperatorFunction<number, number>>()(keyed);
const keyedHere = pool.map((worker, n: number) => worker.count(n), { key: (n: number) => n });
is<OperatorFunction<number, number>>()(keyedHere);
emits<number>()(numbers.pipe(pool.map((worker, n) => worker.count(n), byNumber)));
// @ts-expect-error: it is of texts
parallelMap((worker, n: number) => worker.count(n), pool, { key: (text: string) => text });
