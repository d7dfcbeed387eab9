// Pulled sources: what is read, and what is iterated.
import {
  type ParallelIterableOptions,
  type Settled,
  type WorkerPool,
  localPool,
  parallelMapIterable,
} from 'rxjs-parallel';
import { of } from 'rxjs';
import type { Observable as PlatformObservable } from 'rxjs-parallel/observable';
import { is } from './same.ts';

const api = { count: (limit: number): number => limit, find: async (text: string) => text === '' };
declare const pool: WorkerPool<typeof api>;
declare function lines(): AsyncGenerator<string>;
declare const chunks: {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
};

is<AsyncIterableIterator<number>>()(parallelMapIterable([1, 2, 3], (n) => n * 2, 4));
is<AsyncIterableIterator<number>>()(parallelMapIterable(lines(), async (line) => line.length));
is<AsyncIterableIterator<number>>()(parallelMapIterable(chunks, (chunk) => chunk.length, 2, { ordered: false }));
is<AsyncIterableIterator<number>>()(parallelMapIterable(new Set([1]), (worker, n) => worker.count(n), pool));
is<AsyncIterableIterator<boolean>>()(parallelMapIterable(lines(), (worker, line) => worker.find(line), pool));
is<AsyncIterableIterator<boolean>>()(parallelMapIterable(['a'], (worker, text) => worker.find(text), localPool(api)));
is<AsyncIterableIterator<Settled<number, number>>>()(
  parallelMapIterable([1, 2, 3], (worker, n) => worker.count(n), pool, { onError: 'settle' }),
);
is<AsyncIterableIterator<number>>()(
  parallelMapIterable([new Uint8Array(8)], (bytes) => bytes.length, 2, { transfer: (bytes) => [bytes.buffer] }),
);
is<AsyncIterableIterator<number>>()(
  parallelMapIterable([1, 2, 3], (n, _index, { by }) => n * by, 2, { context: { by: 2 } }),
);
declare const options: ParallelIterableOptions;
is<AsyncIterableIterator<number | Settled<number, number>>>()(parallelMapIterable([1, 2, 3], (n) => n, 2, options));

// What pushes: of RxJS, of the platform, and of others.
declare const native: PlatformObservable<string>;
declare const foreign: { subscribe(observer: { next(value: string): void }): { unsubscribe(): void } };
is<AsyncIterableIterator<number>>()(parallelMapIterable(of(1), (n) => n, 2));
is<AsyncIterableIterator<number>>()(parallelMapIterable(native, (text) => text.length, 2));
is<AsyncIterableIterator<number>>()(parallelMapIterable(foreign, (text) => text.length, 2));

// @ts-expect-error: a number is not iterable
parallelMapIterable(5, (n) => n, 2);
// @ts-expect-error: there is no such method
parallelMapIterable([1], (worker, n) => worker.cuont(n), pool);
// @ts-expect-error: an argument of the wrong type
parallelMapIterable([1], (worker, n) => worker.find(n), pool);
// @ts-expect-error: what is pulled does not overflow
parallelMapIterable([1], (n) => n, 2, { maxPending: 5 });

// `key` is asked with a value of the source.
is<AsyncIterableIterator<number>>()(parallelMapIterable(['a'], (text) => text.length, 2, { key: (text) => text[0] }));
is<AsyncIterableIterator<number>>()(
  pool.mapIterable([{ id: 1 }], (worker, { id }) => worker.count(id), { key: ({ id }) => id, ordered: false }),
);
// @ts-expect-error: a row has no `name`
pool.mapIterable([{ id: 1 }], (worker, { id }) => worker.count(id), { key: ({ name }) => name as string });
