/** `rxjs-parallel`: RxJS operators whose function runs in workers. */
import { Worker as PlatformWorker } from '#platform';
import type { WorkerConstructor, WorkerHandle } from './api/types/worker.ts';

export type { Cloned, ClonedFields } from './api/types/cloned.ts';
export type { IterableSource, ReadableStreamLike, SubscribableLike } from './api/types/iterableSource.ts';
export {
  ClosureError,
  CloneError,
  OverflowError,
  ParallelError,
  PoolClosedError,
  TaskTimeoutError,
  TooManyFailuresError,
  WorkerCrashedError,
  WorkerInitError,
  type TaskInfo,
  taskOf,
} from './api/errors.ts';
export { localPool } from './localPool/localPool.ts';
export type {
  ParallelIterableOptions,
  ParallelOptions,
  RetryOptions,
  Settled,
  TaskReport,
} from './api/types/options.ts';
export type { ParallelFlatIterableOptions, ParallelFlatOptions, RemoteValues } from './api/types/manyValues.ts';
export { type ParallelFlatOperator, parallelConcatMap } from './parallelConcatMap.ts';
export { parallelFlatMapIterable } from './parallelFlatMapIterable.ts';
export { parallelMergeMap } from './parallelMergeMap.ts';
export { type ParallelOperator, parallelMap } from './parallelMap.ts';
export { parallelMapIterable } from './parallelMapIterable.ts';
export { parallelMapUnordered } from './parallelMapUnordered.ts';
export type {
  BasicPool,
  CloseOptions,
  EachOptions,
  PoolEvent,
  PoolStats,
  Durations,
  RunOptions,
  ThreadsPool,
  WorkerPool,
} from './api/types/pool.ts';
export type { Call, Remote } from './api/types/remote.ts';
export type { AbortSignalLike } from './api/types/signal.ts';
export type { TaskContext } from './api/types/taskContext.ts';
export { Transfer } from './api/transfer.ts';
export type { WorkerPoolOptions } from './workerPool/openWorkerPool.ts';
export { workerPool } from './workerPool/workerPool.ts';

/**
 * A worker: in Node a class over `node:worker_threads` that takes a URL, in browsers the global `Worker`. So the line
 * `new Worker(new URL('./x.worker.js', import.meta.url), { type: 'module' })` is the same everywhere, and every bundler
 * recognises it.
 */
export const Worker: WorkerConstructor = PlatformWorker;

/** What `new Worker` gives. */
export type Worker = WorkerHandle;
