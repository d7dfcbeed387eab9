/** What a task may know of itself. */
import type { TaskSignal } from './signal.ts';

/** The task that is running. */
export interface TaskContext {
  /** The number of the value in its stream, from 0. */
  readonly index: number;
  /**
   * Aborts when the task is cancelled, and when its `timeout` runs out: its `reason` is then a DOMException named
   * `TimeoutError`, as that of `AbortSignal.timeout()`. Ask `signal.aborted` in a long loop, or hand it to what takes a
   * signal. A task that has asked for its signal has `terminateAfter` ms to stop before its worker is ended.
   */
  readonly signal: TaskSignal;
  /**
   * Says something before the task ends: `onReport` of its stream or call hears it at once, also while the task computes
   * without a pause. Reports that follow one another within a few ms are thinned: the latest counts, and the last of a task
   * always comes, before its result. `value` is copied as it is now, also what `Transfer` marks. Once the task has ended, or nobody listens, this does
   * nothing. After an `await`, `taskContext()` may be another task's: keep the object, or take `report` from it, before.
   *
   * @throws CloneError: `value` cannot cross.
   */
  readonly report: (value: unknown) => void;
  /** What the `carry` of the pool has given for this task, a copy; undefined where it has none, and in plain threads.js workers. */
  readonly carried: unknown;
}
