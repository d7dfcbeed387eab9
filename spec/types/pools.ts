// Pools of worker modules: which calls fn may make, and what becomes of their results.
import { of } from 'rxjs';
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
// @ts-expect-error: what is moved has the wrong type too
of(new Uint8Array(8)).pipe(parallelMap((worker, bytes) => worker.count(Transfer(bytes, [bytes.buffer])), pool));

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

// A settled result is told apart by its status.
declare const settled: Settled<string, number>;
is<string>()(settled.input);
if (settled.status === 'fulfilled') is<number>()(settled.value);
else is<unknown>()(settled.reason);

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
