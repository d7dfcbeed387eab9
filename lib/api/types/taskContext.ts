/** The context that a task can ask for. */
import type { TaskSignal } from './signal.ts';

/** The context of a running task. */
export interface TaskContext {
  /** The number of the value in its stream, from 0. */
  readonly index: number;
  /**
   * Aborts when the task is cancelled, and when its `timeout` runs out: the `reason` is then a DOMException named
   * `TimeoutError`, as with `AbortSignal.timeout()`. Check `signal.aborted` in a long loop, or pass the signal to functions that
   * accept one. A task that has asked for its signal has `terminateAfter` ms to stop before its worker is ended.
   */
  readonly signal: TaskSignal;
  /**
   * Reports `value` before the task ends: `onReport` of its stream or call is called at once, also while the task computes without a
   * pause. Of several reports within a few ms only the latest is sent; the last report of a task always arrives, before its result.
   * `value` is copied as it is now, also what `Transfer` marks. Does nothing once the task has ended, or if nobody listens. After an
   * `await`, `taskContext()` may be that of another task: get the object, or `report`, before.
   *
   * @throws CloneError: `value` cannot cross.
   */
  readonly report: (value: unknown) => void;
  /** A copy of what the pool's `carry` returned for this task; undefined without `carry`, and in plain threads.js workers. */
  readonly carried: unknown;
}
