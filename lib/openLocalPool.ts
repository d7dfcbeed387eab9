/** The options of `localPool`, and the pool that it makes of them. */
import { type Timer, clearTimeout, monotonic, now, setTimeout } from './primitives/clock.ts';
import { BaseAttachment } from './pool/attachment.ts';
import { Dispatcher } from './pool/dispatcher.ts';
import { ownCall } from './pool/ownCall.ts';
import type { TaskAt } from './pool/poolEvents.ts';
import { type CarryOptions, carrying } from './publicPool/carrying.ts';
import { TaskTimeoutError, poolClosed } from './api/errors.ts';
import { record, show } from './api/options.ts';
import { type WorkerHooks, checkHooks } from './api/workerHooks.ts';
import { LocalHooks } from './pool/localHooks.ts';
import type { PoolStats } from './api/pool.ts';
import type { ClosablePool, Description, Task, TaskSource } from './pool/contract.ts';
import { type Outlet, produce } from './protocol/produce.ts';
import { RunningTask, enterTask, leaveTask } from './protocol/taskContext.ts';
import { type Methods, isThenable, methodOf } from './protocol/methods.ts';
import { move, reportError, resultError, snapshot } from './protocol/snapshot.ts';
import { messageOf } from './protocol/thrown.ts';
import { isTransfer } from './protocol/transferable.ts';

/** Options of `localPool`. */
export interface LocalPoolOptions extends WorkerHooks, CarryOptions {
  /** What the setup is given, a copy of it as it is now. Default: undefined. */
  readonly data?: unknown;
}

/** What a public pool is made of. @throws TypeError */
export function openLocalPool(
  api: object,
  options: LocalPoolOptions | undefined,
): [pool: ClosablePool, maxQueue: undefined, carry: (() => unknown) | undefined] {
  if (typeof api !== 'object' || api === null)
    throw new TypeError(`localPool: api must be an object of functions, got ${show(api)}`);
  const { carry, data, ...hooks } = record('localPool: options', options, ['setup', 'teardown', 'data', 'carry']);
  checkHooks('localPool', hooks);
  const dispatcher = new LocalDispatcher(api as Methods, new LocalHooks(hooks, data));
  return [dispatcher, undefined, carrying('localPool: carry', carry)];
}

interface Running {
  readonly attachment: LocalAttachment;
  readonly task: Task;
  readonly context: RunningTask;
  readonly began: number;
  /** Why nobody waits for it any more, though it runs on. */
  abandoned: 'cancel' | 'timeout' | undefined;
  timer: Timer | undefined;
  /** Where it gives many values. */
  outlet: LocalOutlet | undefined;
}

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

  /** Nothing that this pool starts outlasts a stream. */
  protected override leaveContext(act: () => void): void {
    act();
  }
}

class LocalDispatcher extends Dispatcher<LocalAttachment> {
  readonly runsHere = true;
  readonly #api: Methods;
  readonly #hooks: LocalHooks;
  /** The one task that runs, until it has really ended. */
  #running: Running | undefined;
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

  /** Runs what is next, and what is next after that, until something has to be waited for. */
  protected pass(): void {
    if (!this.#isReady()) return;
    while (this.#running === undefined) {
      const attachment = this.roundRobin.next();
      if (attachment === undefined && !this.roundRobin.fetch()) break;
      // The method as well as `fn`.
      attachment?.source.inContext(() => {
        const task = attachment.source.next();
        if (task === undefined) return;
        // `fn` is the user's: it may have paused the pool.
        if (this.paused) attachment.source.putBack([task]);
        else this.#run(attachment, task);
      });
    }
  }

  /** Whether its setup is done: the first stream that has something for it starts that. */
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

  /** The one worker that there is is always up. */
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
    this.#abandon(running, 'cancel');
  }

  protected end(): Promise<void> | undefined {
    return this.#running === undefined ? this.#hooks.end() : undefined;
  }

  #run(attachment: LocalAttachment, task: Task): void {
    const context = new RunningTask(
      task.index,
      () => running.abandoned,
      undefined,
      (_task, value) => this.#report(running, value),
      task.carried,
    );
    const began = monotonic();
    const running: Running = {
      attachment,
      task,
      context,
      began,
      abandoned: undefined,
      timer: undefined,
      outlet: undefined,
    };
    this.#running = running;
    this.events.taskStart(at(running), now());
    const current = (): RunningTask => context;
    enterTask(current);
    const end = (failed: boolean, outcome: unknown): void => {
      clearTimeout(running.timer);
      leaveTask(current);
      let result = outcome;
      try {
        if (!failed) result = ownResult(outcome);
      } catch (cause) {
        return this.#ended(running, true, resultError(messageOf(cause)));
      }
      this.#ended(running, failed, result);
    };
    let result: unknown;
    let waits: boolean;
    try {
      // What it changes would be changed for its next try.
      const again = attachment.source.retries === true && task.transfer === undefined;
      result = this['rxjs-parallel:call'](task.method, again ? snapshot(task.args) : task.args);
      if (attachment.source.buffer !== undefined) {
        const outlet = new LocalOutlet(running, attachment.source.buffer);
        running.outlet = outlet;
        result = isThenable(result)
          ? Promise.resolve(result).then((all) => produce(all, outlet))
          : produce(result, outlet);
      }
      waits = isThenable(result);
    } catch (error) {
      return end(true, error);
    }
    if (!waits) return end(false, result);
    this.#watchTime(running);
    // Made a promise of: any other thenable may settle twice, or throw.
    Promise.resolve(result).then(
      (value) => end(false, value),
      (error: unknown) => end(true, error),
    );
  }

  /** Named as a frame below a task's own: see `remoteError`. */
  'rxjs-parallel:call'(method: string, args: readonly unknown[]): unknown {
    return methodOf(this.#api, method).apply(this.#api, args as never);
  }

  #ended(running: Running, failed: boolean, outcome: unknown): void {
    const { attachment, task, began, abandoned } = running;
    this.#running = undefined;
    const ended = monotonic();
    this.#taskTime += ended - began;
    const how = abandoned ?? (failed ? 'error' : 'value');
    if (abandoned === undefined) this.#took(running, ended);
    // That its time was up has been told.
    if (how !== 'timeout') this.events.taskEnd(at(running), now(), how, outcome);
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

  /** The outcome is known when the time is up; the slot is free only when the task has ended. */
  #watchTime(running: Running): void {
    const { attachment, task } = running;
    const { timeout } = attachment.source;
    if (timeout === undefined) return;
    running.timer = setTimeout(() => {
      this.counts.failed++;
      const error = new TaskTimeoutError(`Task ${task.index} ran longer than its timeout of ${timeout} ms`);
      this.events.taskEnd(at(running), now(), 'timeout', error);
      this.#took(running, monotonic());
      attachment.source.failure(task, error);
      this.#abandon(running, 'timeout');
      attachment.source.proceed();
    }, timeout);
  }

  #took({ began, task }: Running, ended: number): void {
    this.times.record(ended - (task.arrival?.time ?? began), ended - began);
  }

  /** Each report is heard at once: nothing has to be thinned that is no message. */
  #report(running: Running, value: unknown): void {
    const { abandoned, attachment, task } = running;
    if (this.#running?.task !== task || abandoned !== undefined) return;
    const { source } = attachment;
    if (source.reports !== true && !this.events.observed) return;
    const copy = ownReport(value);
    this.events.taskReport(at(running), now(), copy);
    source.report?.(task, copy);
  }

  #abandon(running: Running, why: 'cancel' | 'timeout'): void {
    clearTimeout(running.timer);
    running.abandoned ??= why;
    running.context.abort(running.abandoned);
    running.outlet?.grant(0);
  }
}

const at = ({ attachment: { source }, task }: Running): TaskAt => ({ worker: 0, task, source });

/** Each value is told at once: nothing has to travel together that is no message. */
class LocalOutlet implements Outlet {
  credit: number;
  readonly #running: Running;
  #wake: (() => void) | undefined;

  constructor(running: Running, buffer: number) {
    this.#running = running;
    this.credit = buffer;
  }

  get stopped(): boolean {
    return this.#running.abandoned !== undefined;
  }

  add(value: unknown): void {
    const { attachment, task } = this.#running;
    let own: unknown;
    try {
      own = ownResult(value);
    } catch (cause) {
      throw resultError(messageOf(cause));
    }
    this.credit--;
    if (this.stopped) return;
    attachment.source.values!(task, [own], (count) => this.grant(count));
    attachment.source.proceed();
  }

  waits(): void {}

  changed(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** So many more have been emitted; 0: look whether it is stopped. */
  grant(count: number): void {
    this.credit += count;
    this.#wake?.();
    this.#wake = undefined;
  }
}

/** What arrives of a report: a copy. */
function ownReport(value: unknown): unknown {
  try {
    return snapshot(value);
  } catch (cause) {
    throw reportError(messageOf(cause), { cause });
  }
}

/** What arrives of a result: a copy, or what it moves. */
function ownResult(result: unknown): unknown {
  const moves = typeof result === 'object' && isTransfer(result);
  return moves ? move(result.send, result.transferables).value : snapshot(result);
}
