/** The retries of a stream or call: tasks that have failed and wait for their next try. */
import { CloneError, isProgramError } from '../api/errors.ts';
import { milliseconds } from '../api/checks.ts';
import type { RetryPolicy } from '../api/resolveOptions.ts';
import type { TaskSource, Task } from './contract.ts';
import { type Timer, clearTimeout, monotonic, setTimeout } from '../primitives/clock.ts';

export class Retries {
  readonly #policy: RetryPolicy;
  readonly #source: Pick<TaskSource, 'inContext' | 'putBack' | 'proceed'>;
  /** By the `seq` of the waiting task. */
  readonly #timers = new Map<number, Timer>();
  #cancelledFrom = Infinity;

  constructor(policy: RetryPolicy, source: Pick<TaskSource, 'inContext' | 'putBack' | 'proceed'>) {
    this.#policy = policy;
    this.#source = source;
  }

  /**
   * Whether the task is run again. If so it is put back to its source, at once or after the delay, and counts as out until then.
   * Never run again: a task that would fail the same way (a `CloneError`, an error of the program), and one whose input was
   * moved, which is gone.
   *
   * @throws what `when` and `delay` throw, and where `delay` returns no milliseconds.
   */
  retry(task: Task, error: unknown): boolean {
    const { delay, option, times, when } = this.#policy;
    const failures = (task.failures ?? 0) + 1;
    if (
      failures > times ||
      task.transfer !== undefined ||
      task.gave === true ||
      error instanceof CloneError ||
      isProgramError(error)
    )
      return false;
    const ms = this.#source.inContext(() => {
      if (when !== undefined && !when(error)) return undefined;
      return typeof delay === 'number' ? delay : milliseconds(`${option}.delay()`, delay(failures, error), 0);
    });
    if (ms === undefined) return false;
    // `when` and `delay` are the user's: they may have ended the stream.
    if (task.seq >= this.#cancelledFrom) return true;
    task.failures = failures;
    task.arrival = { time: monotonic() + ms };
    if (ms === 0) this.#source.putBack([task]);
    else this.#timers.set(task.seq, setTimeout(this.#due, ms, task));
    return true;
  }

  /** The `seq` of the first waiting task; `Infinity`: none waits. */
  get first(): number {
    return Math.min(...this.#timers.keys());
  }

  /** Tasks from this `seq` on are not run again. */
  cancel(from: number): void {
    this.#cancelledFrom = from;
    for (const [seq, timer] of this.#timers) {
      if (seq < from) continue;
      clearTimeout(timer);
      this.#timers.delete(seq);
    }
  }

  readonly #due = (task: Task): void => {
    this.#timers.delete(task.seq);
    this.#source.putBack([task]);
    this.#source.proceed();
  };
}
