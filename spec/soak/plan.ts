/** A round of the soak as data: pools, the streams on them, and what goes wrong when. Everything in it is drawn from a seed. */
import type { Deed } from './deeds.ts';

export interface RoundPlan {
  readonly seed: number;
  readonly pools: readonly PoolPlan[];
}

export type PoolKind = 'worker' | 'plain' | 'leased' | 'inline' | 'local';

export interface PoolPlan {
  /** `plain`: the worker's `expose` is threads.js's own. `inline`: every stream has a pool of its own. */
  readonly kind: PoolKind;
  readonly size: number;
  readonly idleTimeout: number | undefined;
  readonly maxTasksPerWorker: number | undefined;
  /** Which of the workers in order of their making cannot be made, or do not load. */
  readonly badStarts: readonly number[];
  /** The second of these does load, and fails in its setup. */
  readonly badSetup: boolean;
  /** How long setup and teardown of a worker take, in ms. */
  readonly setupMs: number;
  readonly teardownMs: number;
  /** Calls of `pool.each`, and of `pool.warmUp` for how many workers. */
  readonly rounds: readonly { readonly at: number; readonly keep: boolean }[];
  readonly warmUps: readonly { readonly at: number; readonly workers: number }[];
  /** When, in ms, a worker is terminated from outside. */
  readonly assaults: readonly number[];
  readonly close: ClosePlan | undefined;
  /** When, in ms, it is paused, and for how long; or made of another size, at most its own. */
  readonly policies: readonly PolicyPlan[];
  /** How it is closed when all streams have ended. */
  readonly drainLast: boolean;
  /** Calls of `pool.run`, or on a leased Pool of its own `queue`, at these ms. */
  readonly calls: readonly number[];
  /** How many calls at each of these. */
  readonly callsAtOnce: number;
  /** Somebody listens to its events. */
  readonly watched: boolean;
  readonly streams: readonly StreamPlan[];
}

export type PolicyPlan =
  | { readonly kind: 'pause'; readonly at: number; readonly ms: number }
  | { readonly kind: 'resize'; readonly at: number; readonly size: number };

/** The pool is closed while streams run on it, and perhaps made anew. */
export interface ClosePlan {
  readonly at: number;
  readonly drain: boolean;
  /** After this many ms a draining close is cut short. */
  readonly cut: number | undefined;
  readonly again: boolean;
}

export interface StreamPlan {
  /** Its number in the round. */
  readonly id: number;
  readonly operator: 'parallelMap' | 'parallelMapUnordered' | 'parallelMapIterable';
  /** Whether its results come in the order of its source. */
  readonly ordered: boolean;
  readonly startAt: number;
  readonly source: SourcePlan;
  /** What task i does: `deeds[i % deeds.length]`. */
  readonly deeds: readonly Deed[];
  /**
   * How a task's number crosses; `moved`: with bytes, now and then many; `shared`: beside an object that is the same for
   * all tasks; `refilled`: in one object that the source changes and gives again.
   */
  readonly form: 'number' | 'pair' | 'object' | 'moved' | 'shared' | 'refilled';
  /** Its results go through the same pool once more. */
  readonly chained: boolean;
  /** Its tasks are generators, which give `fillersOf` values before their own. */
  readonly many: boolean;
  /** Inline: what its tasks need is made by a `setup`. */
  readonly setup: boolean;
  readonly stop: StopPlan | undefined;
  readonly options: OptionsPlan;
}

export interface SourcePlan {
  readonly count: number;
  /** Values in a row; the rest after `gap` ms. */
  readonly burst: number;
  readonly gap: number;
  /** Errors in place of this value. */
  readonly failAt: number | undefined;
  /** Neither completes nor errors after the last. */
  readonly endless: boolean;
  /** Gives this many, and another for each result: from inside `next`. */
  readonly feedback: number | undefined;
}

export type StopPlan =
  | { readonly kind: 'unsubscribe' | 'abort'; readonly at: number }
  | { readonly kind: 'leave' | 'take'; readonly after: number };

export interface OptionsPlan {
  readonly concurrency: number | undefined;
  readonly window: number | undefined;
  readonly batch: number | 'auto' | undefined;
  /** Where its tasks give many values. */
  readonly buffer: number | undefined;
  readonly onError: 'throw' | 'settle' | 'skip' | undefined;
  readonly errorTiming: 'in-order' | 'immediate' | undefined;
  readonly timeout: number | undefined;
  readonly terminateAfter: number | undefined;
  readonly crashRetries: number | undefined;
  readonly retry: { readonly times: number; readonly delay: number } | undefined;
  readonly maxFailures: number | undefined;
  readonly priority: number | undefined;
  /** How many keys its values have, and whether each is for one worker. */
  readonly keys: number | undefined;
  readonly sticky: boolean;
  readonly maxPending: number | undefined;
  readonly overflow: 'error' | 'drop-oldest' | 'drop-newest' | undefined;
}

export const deedOf = (plan: StreamPlan, index: number): Deed => plan.deeds[index % plan.deeds.length]!;

/** Whether some of its values may never be dispatched. */
export const mayDrop = ({ options }: StreamPlan): boolean =>
  options.maxPending !== undefined && options.overflow !== 'error' && options.overflow !== undefined;

/** How many numbers cross as the bytes of a task. */
export const sizeOf = (code: number): number => (indexOf(code) % 16 === 0 ? 50_000 : 3);

/** How many values a task gives before its own, where it gives many. */
export const fillersOf = (code: number): number => (indexOf(code) % 5 === 0 ? 150 : indexOf(code) % 3);

/** How often a task fails that is run again until it does not. */
export const badLuckOf = (code: number): number => 1 + (indexOf(code) % 2);

/** How often a task of the stream is run again that has failed. An input that was moved is gone. */
export const triesOf = ({ form, options }: StreamPlan): number => (form === 'moved' ? 0 : (options.retry?.times ?? 0));

/** A task as a number: its stream and its index. */
const STREAM = 2 ** 20;
export const codeOf = (stream: number, index: number): number => stream * STREAM + index;
export const streamOf = (code: number): number => Math.floor(code / STREAM);
export const indexOf = (code: number): number => code % STREAM;
