/** The dispatcher of a pool whose only worker is the calling thread. */
import type { PoolStats } from '../api/types/pool.ts';
import { TaskTimeoutError, poolClosed } from '../api/errors.ts';
import { BaseAttachment } from '../pool/attachment.ts';
import type { Description, Task, TaskSource } from '../pool/contract.ts';
import { Dispatcher } from '../pool/dispatcher.ts';
import { ownCall } from '../pool/ownCall.ts';
import { ANY_SERVER } from '../pool/roundRobin.ts';
import { monotonic, now } from '../primitives/clock.ts';
import { type Methods, methodOf } from '../protocol/methods.ts';
import type { LocalHooks } from './localHooks.ts';
import { LocalTask } from './localTask.ts';
import { ownReport, ownResult } from './ownResult.ts';

class LocalAttachment extends BaseAttachment {
  readonly sizer = undefined;
  protected readonly pool: LocalDispatcher;

  constructor(source: TaskSource, pool: LocalDispatcher) {
    super(source);
    this.pool = pool;
  }

  own(call: Description): Description {
    return ownCall(call, () => this.pool.callFailed());
  }

  /** In the stream's context: nothing that this pool starts outlasts a stream. */
  protected override leaveContext(act: () => void): void {
    act();
  }
}

export class LocalDispatcher extends Dispatcher<LocalAttachment> {
  readonly runsHere = true;
  readonly #api: Methods;
  readonly #hooks: LocalHooks;
  /** The running task, until it has ended or is given up; also after a timeout or a cancellation. */
  #running: LocalTask | undefined;
  readonly #made = monotonic();
  #taskTime = 0;

  constructor(api: Methods, hooks: LocalHooks) {
    super(1, poolClosed);
    this.#api = api;
    this.#hooks = hooks;
  }

  stats(): Omit<PoolStats, 'dropped' | 'paused'> {
    const running = this.#running === undefined ? 0 : 1;
    const asked = monotonic();
    const spent = this.#taskTime + (this.#running === undefined ? 0 : asked - this.#running.began);
    return {
      workers: 1,
      idle: 1 - running,
      running,
      ...this.counts,
      restarts: 0,
      taskTime: this.#taskTime,
      carryTime: 0,
      busy: [Math.min(1, spent / Math.max(asked - this.#made, 1e-3))],
      ...this.times.summary,
    };
  }

  override resize(size: number): void {
    if (size > 1)
      throw new TypeError('pool.resize: a localPool runs one task at a time on the calling thread: its size is 1');
  }

  attach(source: TaskSource): LocalAttachment {
    return this.add(new LocalAttachment(source, this));
  }

  hasRoomFor(): boolean {
    return this.#running === undefined;
  }

  /** Runs tasks one after another, until one is asynchronous or none is waiting. */
  protected pass(): void {
    if (!this.#isReady()) return;
    while (this.#running === undefined) {
      const attachment = this.roundRobin.next(ANY_SERVER);
      if (attachment === undefined && !this.roundRobin.fetch()) break;
      // In the subscriber's context: the method as well as `fn`.
      attachment?.source.inContext(() => {
        const task = attachment.source.next();
        if (task === undefined) return;
        // `fn` is the user's: it may have paused the pool.
        if (this.paused) attachment.source.putBack([task]);
        else this.#run(attachment, task);
      });
    }
  }

  /** Whether the setup is done; the first stream with a task starts it. */
  #isReady(): boolean {
    const hooks = this.#hooks;
    if (hooks.state !== 'ready' && this.roundRobin.waiting()[Symbol.iterator]().next().done !== true)
      hooks.start(this.#setUp, this.#notSetUp);
    return hooks.state === 'ready';
  }

  readonly #setUp = (): void => this.pump();

  readonly #notSetUp = (error: Error): void => {
    for (const { source } of this.roundRobin) source.error(error);
    this.pump();
  };

  /** On the calling thread, after the setup. */
  each({ args, method }: Description): Promise<PromiseSettledResult<unknown>[]> {
    const call = async (): Promise<unknown> => {
      await this.warmUp();
      return ownResult(await methodOf(this.#api, method).apply(this.#api, args as never));
    };
    return Promise.allSettled([call()]);
  }

  warmUp(): Promise<void> {
    if (this.closing !== undefined) return Promise.reject(poolClosed());
    if (this.#hooks.state === 'ready') return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#hooks.start(resolve, reject);
      if (this.#hooks.state === 'ready') resolve();
    });
  }

  protected revoke(attachment: LocalAttachment, from: number): void {
    const running = this.#running;
    if (running === undefined || running.attachment !== attachment || running.task.seq < from) return;
    running.abandon('cancel');
  }

  protected end(): Promise<void> | undefined {
    return this.#running === undefined ? this.#hooks.end() : undefined;
  }

  #run(attachment: LocalAttachment, task: Task): void {
    const running: LocalTask = new LocalTask(attachment, task, (value) => this.#report(running, value));
    this.#running = running;
    this.events.taskStart(running.at, now());
    running.run(this.#api, (failed, outcome) => this.#ended(running, failed, outcome));
    // A synchronous method has ended by now.
    if (this.#running === running) this.#watchTime(running);
  }

  #ended(running: LocalTask, failed: boolean, outcome: unknown): void {
    const { attachment, task, began, abandoned } = running;
    this.#running = undefined;
    const ended = monotonic();
    this.#taskTime += ended - began;
    const how = abandoned ?? (failed ? 'error' : 'value');
    if (abandoned === undefined) this.#record(running, ended);
    // The end of a timed-out task was emitted when its time was up.
    if (how !== 'timeout') this.events.taskEnd(running.at, now(), how, outcome);
    if (how === 'error') {
      this.counts.failed++;
      attachment.source.failure(task, outcome);
    } else if (how === 'value') {
      this.counts.completed++;
      attachment.source.value(task, outcome);
    }
    attachment.source.proceed();
    this.pump();
  }

  /** Fails the task when its time is up; the next task begins when it has ended, or is given up. */
  #watchTime(running: LocalTask): void {
    const { attachment, task } = running;
    const { timeout } = attachment.source;
    if (timeout === undefined) return;
    running.setDeadline(() => {
      this.counts.failed++;
      const error = new TaskTimeoutError(`Task ${task.index} ran longer than its timeout of ${timeout} ms`);
      this.events.taskEnd(running.at, now(), 'timeout', error);
      this.#record(running, monotonic());
      attachment.source.failure(task, error);
      running.abandon('timeout');
      attachment.source.proceed();
    }, timeout);
  }

  #record({ began, task }: LocalTask, ended: number): void {
    this.times.record(ended - (task.arrival?.time ?? began), ended - began);
  }

  /** Passes each report on at once: without messages there is nothing to thin. */
  #report(running: LocalTask, value: unknown): void {
    const { abandoned, attachment, task } = running;
    if (this.#running?.task !== task || abandoned !== undefined) return;
    const { source } = attachment;
    if (source.reports !== true && !this.events.observed) return;
    const copy = ownReport(value);
    this.events.taskReport(running.at, now(), copy);
    source.report?.(task, copy);
  }
}
