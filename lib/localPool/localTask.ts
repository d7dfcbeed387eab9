/** A task on the calling thread, from its call until it has ended or is given up, also after a timeout or a cancellation. */
import type { BaseAttachment } from '../pool/attachment.ts';
import type { Task } from '../pool/contract.ts';
import type { TaskAt } from '../pool/poolEvents.ts';
import { type Timer, clearTimeout, monotonic, setTimeout } from '../primitives/clock.ts';
import { type Methods, isThenable, methodOf } from '../protocol/methods.ts';
import { produce } from '../protocol/produce.ts';
import { resultError, snapshot } from '../protocol/snapshot.ts';
import { RunningTask, enterTask, leaveTask } from '../protocol/taskContext.ts';
import { messageOf } from '../protocol/thrown.ts';
import { LocalOutlet } from './localOutlet.ts';
import { ownResult } from './ownResult.ts';

/** The least ms until a task that nobody waits for is given up: its promise may never settle, and nothing here can end it. */
const GIVEN_UP_AFTER = 1000;

export class LocalTask {
  readonly attachment: BaseAttachment;
  readonly task: Task;
  readonly began: number = monotonic();
  readonly #context: RunningTask;
  /** Why the outcome is ignored, though the task still runs. */
  #abandoned: 'cancel' | 'timeout' | undefined;
  #timer: Timer | undefined;
  #end: ((failed: boolean, outcome: unknown) => void) | undefined;
  /** Set where the task gives many values. */
  #outlet: LocalOutlet | undefined;

  /** `report` is called with each report of the task. */
  constructor(attachment: BaseAttachment, task: Task, report: (value: unknown) => void) {
    this.attachment = attachment;
    this.task = task;
    this.#context = new RunningTask(
      task.index,
      () => this.#abandoned,
      undefined,
      (_task, value) => report(value),
      task.carried,
    );
  }

  get abandoned(): 'cancel' | 'timeout' | undefined {
    return this.#abandoned;
  }

  /** The task as its events describe it. */
  get at(): TaskAt {
    return { worker: 0, task: this.task, source: this.attachment.source };
  }

  /** Calls the method of `api`. `ended` is called once: for a synchronous method before this returns. */
  run(api: Methods, ended: (failed: boolean, outcome: unknown) => void): void {
    const { task } = this;
    const { source } = this.attachment;
    const current = (): RunningTask => this.#context;
    enterTask(current);
    const end = (failed: boolean, outcome: unknown): void => {
      if (this.#end === undefined) return;
      this.#end = undefined;
      clearTimeout(this.#timer);
      leaveTask(current);
      let result = outcome;
      try {
        if (!failed) result = ownResult(outcome);
      } catch (cause) {
        return ended(true, resultError(messageOf(cause)));
      }
      ended(failed, result);
    };
    this.#end = end;
    let result: unknown;
    let waits: boolean;
    try {
      // A copy, if there may be another try: the method may change its arguments.
      const again = source.retries === true && task.transfer === undefined;
      result = this['rxjs-parallel:call'](api, again ? snapshot(task.args) : task.args);
      if (source.buffer !== undefined) {
        const outlet = new LocalOutlet(source, task, source.buffer, () => this.#abandoned !== undefined);
        this.#outlet = outlet;
        result = isThenable(result)
          ? Promise.resolve(result).then((all) => produce(all, outlet))
          : produce(result, outlet);
      }
      waits = isThenable(result);
    } catch (error) {
      return end(true, error);
    }
    if (!waits) return end(false, result);
    // Made a native promise: another thenable may settle twice, or throw.
    Promise.resolve(result).then(
      (value) => end(false, value),
      (error: unknown) => end(true, error),
    );
  }

  /** Calls `expire` in `ms`, unless the task has ended by then. */
  setDeadline(expire: () => void, ms: number): void {
    this.#timer = setTimeout(expire, ms);
  }

  /** Aborts the signal of the task, whose outcome is from now on ignored; a task that does not end for long is given up. */
  abandon(why: 'cancel' | 'timeout'): void {
    clearTimeout(this.#timer);
    this.#abandoned ??= why;
    const after = Math.max(this.attachment.source.terminateAfter, GIVEN_UP_AFTER);
    if (after !== Infinity) this.#timer = setTimeout(() => this.#end?.(false, undefined), after);
    this.#context.abort(this.#abandoned);
    this.#outlet?.grant(0);
  }

  /** Named as a frame that stands below a task's own: see `remoteError`. */
  'rxjs-parallel:call'(api: Methods, args: readonly unknown[]): unknown {
    return methodOf(api, this.task.method).apply(api, args as never);
  }
}
