/// <reference lib="esnext.disposable" preserve="true" />
import { record, show, whole } from '../api/checks.ts';
import type { WorkerPool } from '../api/types/pool.ts';
import type { ObservablePool } from '../observable/pools.ts';
import { type Pool, type TaskSource, ENGINE_POOL } from '../pool/contract.ts';
import { now } from '../primitives/clock.ts';
import type { ResultBuffer } from '../stream/results/resultBuffer.ts';
import { WatchedBuffer } from './emissions.ts';
import { perfetto } from './perfetto.ts';
import { Recording } from './recording.ts';
import { type PictureOptions, svg } from './svg.ts';

/** Options of `timeline`. */
export interface TimelineOptions {
  /** How many of the first tasks are kept, and how many of the last: an integer, at least 1. Default: 10 000. */
  readonly most?: number | undefined;
  /** The name of the pool in both outputs. Default: `'pool'`. */
  readonly name?: string | undefined;
}

/** What `timeline` returns. */
export interface Timeline extends Disposable {
  /**
   * The recording so far as trace-event JSON, for https://ui.perfetto.dev: a thread for each worker, the results of each
   * stream, with an arrow from the end of each task to its emission, and counters of tasks that run and results that are held.
   */
  toPerfetto(): string;
  /**
   * The recording so far as a picture: a lane for each worker, and for each stream the order of its results. A self-contained
   * SVG, light or dark by the colour scheme of the reader.
   *
   * @throws TypeError, RangeError: an option is not what it must be.
   */
  toSVG(options?: PictureOptions): string;
  /** How many tasks have ended and were not kept. */
  readonly leftOut: number;
  /** Ends the recording; what was recorded stays. */
  stop(): void;
}

/**
 * Records what each worker of a pool does: from now on, until it is stopped or the pool is closed. Memory is bounded: the
 * first and the last tasks are kept. The order in which results are emitted is known of streams that are subscribed from
 * now on.
 *
 * @param pool made by `workerPool`, `localPool` (of `rxjs-parallel/observable`, too) or `bullmqPool`. In a `bullmqPool` a worker is one of its slots for jobs.
 * @param options see `TimelineOptions`.
 * @throws TypeError, RangeError: an argument is not what it must be.
 *
 * ```ts
 * const seen = timeline(pool);
 * await lastValueFrom(range(1, 40).pipe(pool.map((worker, n) => worker.count(n))));
 * await writeFile('run.svg', seen.toSVG());
 * ```
 */
export function timeline(pool: WorkerPool<any> | ObservablePool<any>, options?: TimelineOptions): Timeline {
  const engine = engineOf('timeline', pool);
  const { most, name = 'pool' } = record('timeline: options', options, ['most', 'name']);
  if (typeof name !== 'string') throw new TypeError(`timeline: name must be a string, got ${show(name)}`);
  const recording = new Recording(whole('timeline: most', most, 1, 10_000), now());
  // Not `events$`: it enters the async context of its subscriber for each event.
  const unlisten = engine.listen({ next: (event) => recording.record(event), complete() {} });
  const unwatch = watch(engine, recording);
  const stop = (): void => {
    unlisten();
    unwatch();
  };
  return {
    toPerfetto: () => perfetto(recording, name),
    toSVG: (picture) => svg(recording, name, picture),
    get leftOut() {
      return recording.leftOut;
    },
    stop,
    [Symbol.dispose ?? (Symbol.for('Symbol.dispose') as never)]: stop,
  };
}

/** The pool as streams see it. */
export function engineOf(caller: string, pool: unknown): Pool {
  if (typeof pool === 'object' && pool !== null && ENGINE_POOL in pool) return pool[ENGINE_POOL] as Pool;
  throw new TypeError(`${caller}: pool must be a pool made by workerPool, localPool or bullmqPool, got ${show(pool)}`);
}

/** The recordings of each pool. */
const watching = new WeakMap<Pool, Set<Recording>>();

/** Records the emissions of streams that are subscribed from now on; returns what ends that. */
function watch(engine: Pool, recording: Recording): () => void {
  const all = watching.get(engine) ?? new Set();
  watching.set(engine, all.add(recording));
  engine.watch = (results, source) =>
    [...all].reduce((inner, each) => watched(inner as never, source, each, all) as never, results);
  return () => {
    all.delete(recording);
    if (all.size === 0) engine.watch = undefined;
  };
}

function watched(
  results: ResultBuffer,
  { stream = 0 }: TaskSource,
  recording: Recording,
  all: ReadonlySet<Recording>,
): ResultBuffer {
  const emitted = recording.watch(stream);
  return new WatchedBuffer(results, (index) => {
    if (all.has(recording)) emitted(index, now());
  });
}
