/** A pool of faulty.worker.ts that is watched: which workers it made, what it sent them, how its streams end. */
import { type ObservableInput, from, lastValueFrom, toArray } from 'rxjs';
import {
  type ParallelOptions,
  type Call,
  type Remote,
  type Settled,
  Worker,
  type WorkerPool,
  type WorkerPoolOptions,
  parallelMap,
  workerPool,
} from '../../lib/index.ts';
import type { FaultyApi } from '../fixtures/faulty.worker.ts';

type FaultyWorker = InstanceType<typeof Worker>;

const openFaulty = (settings: object = {}): FaultyWorker =>
  new Worker(new URL('../fixtures/faulty.worker.js', import.meta.url), { type: 'module', ...settings });

export class FaultyPool implements AsyncDisposable {
  readonly pool: WorkerPool<FaultyApi>;
  readonly workers: FaultyWorker[] = [];
  /** How many tasks each message carried. */
  readonly sent: number[] = [];

  constructor(options: number | WorkerPoolOptions = 1, settings: object = {}) {
    this.pool = workerPool<FaultyApi>(() => this.#watched(openFaulty(settings)), options);
  }

  /** What becomes of every input. */
  settle<T, R>(
    inputs: ObservableInput<T>,
    fn: (worker: Remote<FaultyApi>, value: T, index: number) => Call<R>,
    options: Omit<ParallelOptions, 'context' | 'transfer' | 'onError'> = {},
  ): Promise<Settled<T, R>[]> {
    return lastValueFrom(
      from(inputs).pipe(parallelMap(fn, this.pool, { ...options, onError: 'settle' as const }), toArray()),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.close({ drain: false });
  }

  #watched(worker: FaultyWorker): FaultyWorker {
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message, transfer) => {
      const { count } = message as { count?: number };
      if (count !== undefined) this.sent.push(count);
      post(message, transfer);
    };
    this.workers.push(worker);
    return worker;
  }
}

/** The reasons of those that failed, by index. */
export function reasons<T, R>(outcomes: readonly Settled<T, R>[]): Map<number, unknown> {
  return new Map(outcomes.flatMap((each) => (each.status === 'rejected' ? [[each.index, each.reason] as const] : [])));
}
