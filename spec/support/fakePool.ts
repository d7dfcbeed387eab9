/**
 * A pool whose tasks take time of a given scheduler and end as a script says: virtual time for marbles, random courses
 * for the law. It keeps the contract of lib/pool/contract.ts as the slots of real workers do: several tasks to a slot, outcomes
 * in groups, tasks put back, slots that die, cancelled tasks that keep their slot until they have ended.
 */
import { type SchedulerLike, type Subscription, Subject, asyncScheduler } from 'rxjs';
import type { WorkerPool } from '../../lib/index.ts';
import { publicPool } from '../../lib/publicPool/publicPool.ts';
import { Coalesced } from '../../lib/primitives/coalesced.ts';
import { PoolClosedError, TaskTimeoutError, WorkerCrashedError, programError } from '../../lib/api/errors.ts';
import type { PoolEvent, PoolStats } from '../../lib/api/types/pool.ts';
import { TaskTimes } from '../../lib/pool/taskTimes.ts';
import type {
  Attachment,
  ClosablePool,
  Description,
  EventListener,
  MayTake,
  Task,
  TaskSource,
} from '../../lib/pool/contract.ts';
import { KeyHomes } from '../../lib/workerPool/dispatch/keyHomes.ts';
import { RunningTask, enterTask, leaveTask } from '../../lib/protocol/taskContext.ts';
import { isTransfer } from '../../lib/protocol/transferable.ts';

/** Tasks that run now. What never ends in one spec is not running in the next. */
const entered = new Set<Running>();
/** Timers that have not fired: they would in a spec whose timers are not real. */
const pending = new Set<Subscription>();
afterEach(() => {
  for (const { leave } of entered) leave?.();
  for (const timer of pending) timer.unsubscribe();
  pending.clear();
});

/** What happens to a task that a slot has begun. */
export interface Course {
  /** Time until it ends; 0: at once, within the very call that took it; `Infinity`: it never does. */
  readonly takes: number;
  /** By what its method returned or threw (the default); by the death of the slot; or back in the queue, as not begun. */
  readonly ends?: 'itself' | 'crash' | 'put-back';
  /** Of a task that gives many values: time before each, and after how many the slot dies. One frame, and never. */
  readonly gap?: (nth: number) => number;
  readonly crashesAfter?: number;
}

export interface FakeSettings {
  readonly size: number;
  /** Whose time it is; default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** Asked each time a task is begun; `attempt` counts these from 1. Default: one frame. */
  readonly course?: (task: Task, attempt: number) => Course;
  /** What goes with each task; default: nothing. */
  readonly carry?: (() => unknown) | undefined;
  /** How many tasks a slot takes at once, asked each time; default: 1. */
  readonly room?: () => number;
  /** How many outcomes are reported together, asked each time; default: 1. */
  readonly group?: () => number;
}

export type Outcome = { readonly task: Task; readonly failed: boolean; readonly value: unknown };

/** A stream's place at the fake pool. */
class Seat implements Attachment {
  readonly source: TaskSource;
  readonly id: number;
  readonly priority: number;
  left = false;
  readonly #pool: FakePool<object>;

  constructor(source: TaskSource, id: number, pool: FakePool<object>) {
    this.source = source;
    this.priority = source.priority ?? 0;
    this.id = id;
    this.#pool = pool;
  }

  get hungry(): boolean {
    return this.#pool.hasRoomFor(this);
  }

  wake(): void {
    this.#pool.pump();
  }

  cancel(from: number): void {
    this.#pool.cancel(this, from);
  }

  leave(): void {
    this.#pool.leave(this);
  }
}

/** The one task that a slot runs. */
interface Running {
  readonly task: Task;
  readonly context: RunningTask;
  readonly began: number;
  /** Ends what `taskContext()` gives, where its method was called and has not ended. */
  leave?: (() => void) | undefined;
  readonly timers: Subscription[];
  /** Whether it has asked for its signal. */
  asked: boolean;
  /** Where it waits until it may give another value. */
  wake?: (() => void) | undefined;
  cancelled: boolean;
  /** Whether it has failed because its time was up, and runs on. */
  late: boolean;
  /** Runs when it has ended: its failure, where the next task of its key must not begin beside it. */
  afterwards?: () => void;
}

class Slot {
  readonly id: number;
  up = false;
  life = { up: false };
  /** When it came up first, and ms that it has spent in tasks since. */
  since = 0;
  spent = 0;
  died = false;
  attachment: Seat | undefined;
  waiting: Task[] = [];
  running: Running | undefined;
  done: Outcome[] = [];

  constructor(id: number) {
    this.id = id;
  }

  get out(): number {
    return this.waiting.length + this.done.length + (this.running === undefined ? 0 : 1);
  }
}

export class FakePool<Api extends object> implements ClosablePool {
  /** The pool as the operators take it. */
  readonly pool: WorkerPool<Api>;
  size: number;
  /** Indices of tasks in the order in which they were begun. */
  readonly begun: number[] = [];
  /** Indices of tasks that were dropped before they had begun, or cancelled while they ran. */
  readonly cancelled: number[] = [];
  /** Every outcome that a stream got, in order. */
  readonly outcomes: Outcome[] = [];
  /** Indices of tasks of sticky streams that began at another worker than those before them of their key, which was up. */
  readonly strayed: number[] = [];
  readonly #lastOf = new Map<unknown, { readonly up: boolean }>();
  readonly #homes = new KeyHomes();
  /** Most slots in use at once. */
  mostBusy = 0;
  /** The same for each stream, in the order in which they were attached. */
  readonly mostOf: number[] = [];

  readonly #api: Readonly<Record<string, unknown>>;
  readonly #settings: FakeSettings;
  readonly #scheduler: SchedulerLike;
  /** In the order of their turns. */
  #streams: readonly Seat[] = [];
  readonly #events = new Subject<PoolEvent>();
  readonly #slots: Slot[];
  readonly #attempts = new WeakMap<Task, number>();
  readonly #times = new TaskTimes();
  #counts = { completed: 0, failed: 0, restarts: 0 };
  readonly #rounds = new Coalesced(() => {
    for (const slot of this.#slots) while (slot.attachment === undefined && this.#serve(slot));
  });
  #closing = false;
  paused = false;
  #whenEnded: (() => void)[] = [];

  constructor(api: Api, settings: FakeSettings) {
    this.size = settings.size;
    this.#api = api as never;
    this.#settings = settings;
    this.#scheduler = settings.scheduler ?? asyncScheduler;
    this.#slots = Array.from({ length: settings.size }, (_, id) => new Slot(id));
    this.pool = publicPool<Api>(this, Infinity, settings.carry);
  }

  listen(listener: EventListener): () => void {
    const subscription = this.#events.subscribe(listener);
    return () => subscription.unsubscribe();
  }

  /** Streams attached. */
  get attached(): number {
    return this.#streams.length;
  }

  /** Slots in use. */
  get busy(): number {
    return this.#slots.filter(({ attachment }) => attachment !== undefined).length;
  }

  stats(): Omit<PoolStats, 'dropped' | 'paused'> {
    const up = this.#slots.filter((slot) => slot.up);
    const running = up.reduce((sum, { out }) => sum + out, 0);
    return {
      workers: up.length,
      idle: up.length - this.busy,
      running,
      ...this.#counts,
      taskTime: this.#slots.reduce((total, { spent }) => total + spent, 0),
      carryTime: 0,
      busy: up.map(({ since, spent }) => spent / (performance.now() - since)),
      ...this.#times.summary,
    };
  }

  attach(source: TaskSource): Attachment {
    if (this.#closing) throw closed();
    const attachment = new Seat(source, this.mostOf.push(0) - 1, this);
    this.#streams = [...this.#streams, attachment];
    return attachment;
  }

  hasRoomFor(attachment: Seat): boolean {
    if (this.paused) return false;
    return this.busy < this.size && this.#slotsOf(attachment).length < attachment.source.concurrency;
  }

  pump(): void {
    do if (!this.#rounds.run()) return;
    while (this.#fetch());
    if (this.#closing && this.attached === 0 && this.busy === 0) this.#end();
  }

  /** Lets the streams read their source that have room and nothing waiting; returns whether one has a task now. */
  #fetch(): boolean {
    const able = this.#streams.filter(
      (each) => each.hungry && each.source.waiting() === 0 && each.source.canFetch === true,
    );
    for (const { source } of able) source.proceed();
    return able.some((each) => !each.left && each.hungry && each.source.waiting() > 0);
  }

  cancel(attachment: Seat, from: number): void {
    for (const slot of this.#slotsOf(attachment)) {
      const dropped = slot.waiting.filter(({ seq }) => seq >= from);
      slot.waiting = slot.waiting.filter(({ seq }) => seq < from);
      this.cancelled.push(...dropped.map(({ index }) => index));
      const { running } = slot;
      if (running === undefined || running.cancelled || running.late || running.task.seq < from) continue;
      this.cancelled.push(running.task.index);
      running.cancelled = true;
      running.context.abort('cancel');
      running.wake?.();
      this.#giveNotice(slot, running);
    }
    this.pump();
  }

  #giveNotice(slot: Slot, running: Running): void {
    const { terminateAfter } = slot.attachment!.source;
    if (terminateAfter !== Infinity) this.#after(running, terminateAfter, () => this.#die(slot, 'was terminated'));
  }

  /** It has failed, and has a moment to stop. */
  #timeOut(slot: Slot, running: Running, error: Error): void {
    const { task } = running;
    const { source } = slot.attachment!;
    running.late = true;
    this.#counts.failed++;
    this.#emit({ type: 'task:end', ...about(slot, task), outcome: 'timeout' });
    const fail = (): void => {
      this.outcomes.push({ task, failed: true, value: error });
      source.failure(task, error);
    };
    if ('key' in task) running.afterwards = fail;
    else fail();
    this.#giveNotice(slot, running);
    running.context.abort('timeout');
    source.proceed();
  }

  leave(attachment: Seat): void {
    attachment.left = true;
    this.#streams = this.#streams.filter((each) => each !== attachment);
    this.cancel(attachment, 0);
  }

  each({ args, method }: Description): Promise<PromiseSettledResult<unknown>[]> {
    const call = async (): Promise<unknown> =>
      (this.#api[method] as (...given: readonly unknown[]) => unknown)(...args);
    return Promise.allSettled(this.#slots.map(() => call()));
  }

  warmUp(): Promise<void> {
    return Promise.resolve();
  }

  pause(): void {
    this.paused = !this.#closing;
    for (const slot of this.#slots) slot.attachment?.source.putBack(slot.waiting.splice(0));
  }

  resume(): void {
    this.paused = false;
    this.pump();
  }

  /** Of the slots those in use, as they become free. */
  resize(size: number): void {
    this.size = size;
    while (this.#slots.length < size) this.#slots.push(new Slot(this.#slots.length));
    this.pump();
  }

  close(drain: boolean): Promise<void> {
    this.paused = false;
    const first = !this.#closing;
    this.#closing = true;
    const ended = new Promise<void>((resolve) => this.#whenEnded.push(resolve));
    for (const { source } of this.#streams)
      if (!drain) source.error(closed());
      else if (first) source.closing(closed());
    if (!drain)
      for (const slot of this.#slots) if (slot.attachment !== undefined) this.#die(slot, 'was ended with its pool');
    this.pump();
    return ended;
  }

  #slotsOf(attachment: Seat): readonly Slot[] {
    return this.#slots.filter((slot) => slot.attachment === attachment);
  }

  /** Whether there was a stream to serve. */
  #serve(slot: Slot): boolean {
    if (this.paused || this.busy >= this.size) return false;
    const streams = this.#streams;
    const ready = streams.filter(
      (each) =>
        each.source.waiting(this.#mayOf(slot, each)) > 0 && this.#slotsOf(each).length < each.source.concurrency,
    );
    const highest = Math.max(...ready.map(({ priority }) => priority));
    const attachment = ready.find(({ priority }) => priority === highest);
    if (attachment === undefined) return false;
    this.#streams = [...streams.filter((each) => each !== attachment), attachment];
    const { source } = attachment;
    const most = source.timeout === undefined ? Math.min(source.batch, this.#settings.room?.() ?? 1) : 1;
    const tasks: Task[] = [];
    const may = this.#mayOf(slot, attachment);
    source.inContext(() => {
      while (tasks.length < most) {
        const task = source.next(may);
        if (task === undefined) break;
        tasks.push(task);
      }
    });
    // `fn` may have ended the stream after it gave some.
    if (tasks.length === 0 || attachment.left) return true;
    if (this.paused) {
      source.putBack(tasks);
      return false;
    }
    if (!slot.up) this.#start(slot);
    if (may !== undefined) for (const { key } of tasks) this.#homes.assign(key, slot.life);
    slot.attachment = attachment;
    slot.waiting = tasks;
    this.mostBusy = Math.max(this.mostBusy, this.busy);
    this.mostOf[attachment.id] = Math.max(this.mostOf[attachment.id]!, this.#slotsOf(attachment).length);
    this.#advance(slot);
    return true;
  }

  /** Nothing that a task reports once its method has ended, as at a worker. */
  /** Which keys a slot may have, of a sticky stream. */
  #mayOf(slot: Slot, { source }: Seat): MayTake | undefined {
    return source.sticky === true ? this.#homes.open(slot.life) : undefined;
  }

  #reported(slot: Slot, { cancelled, late, leave, task }: Running, value: unknown): void {
    if (slot.running?.task !== task || leave === undefined || cancelled || late) return;
    const copy = structuredClone(value);
    this.#emit({ type: 'task:report', ...about(slot, task), value: copy });
    slot.attachment!.source.report?.(task, copy);
  }

  #start(slot: Slot): void {
    slot.up = true;
    slot.life = { up: true };
    slot.since ||= performance.now();
    if (slot.died) this.#counts.restarts++;
    slot.died = false;
    this.#emit({ type: 'worker:start', worker: slot.id, time: now() });
  }

  /** Begins tasks of the slot one after another, until one has to be waited for or none remains. */
  #advance(slot: Slot): void {
    while (slot.attachment !== undefined && slot.running === undefined) {
      const task = slot.waiting.shift();
      if (task === undefined) return this.#free(slot);
      if (!this.#begin(slot, task)) return;
    }
  }

  /** Whether it ended at once. */
  #begin(slot: Slot, task: Task): boolean {
    const attempt = (this.#attempts.get(task) ?? 0) + 1;
    this.#attempts.set(task, attempt);
    const course: Course = this.#settings.course?.(task, attempt) ?? { takes: 1 };
    const { takes, ends = 'itself' } = course;
    const running: Running = {
      task,
      context: new RunningTask(
        task.index,
        () => (running.late ? 'timeout' : running.cancelled ? 'cancel' : undefined),
        () => (running.asked = true),
        (_task, value) => this.#reported(slot, running, value),
        task.carried,
      ),
      began: performance.now(),
      timers: [],
      asked: false,
      cancelled: false,
      late: false,
    };
    slot.running = running;
    if (ends === 'put-back') return this.#wait(slot, takes, () => this.#giveBack(slot));
    this.begun.push(task.index);
    if (slot.attachment!.source.sticky === true) {
      const last = this.#lastOf.get(task.key);
      if (last?.up === true && last !== slot.life) this.strayed.push(task.index);
      this.#lastOf.set(task.key, slot.life);
    }
    this.#emit({ type: 'task:start', ...about(slot, task) });
    if (ends === 'crash') return this.#wait(slot, takes, () => this.#die(slot, 'died'));
    const { timeout } = slot.attachment!.source;
    if (timeout !== undefined)
      this.#after(running, timeout, () => {
        if (running.cancelled) return;
        const error = new TaskTimeoutError(`Task ${task.index} ran longer than its timeout of ${timeout} ms`);
        if (running.asked) this.#timeOut(slot, running, error);
        else this.#die(slot, 'ran out of time', error);
      });
    this.#enter(running);
    const ended = (failed: boolean, result: unknown): boolean => {
      running.leave?.();
      return this.#wait(slot, takes, () => this.#ended(slot, failed, result), running);
    };
    let result: unknown;
    try {
      result = this.#call(task);
    } catch (error) {
      return ended(true, error);
    }
    if (slot.attachment!.source.buffer !== undefined) {
      this.#give(slot, running, result as Iterable<unknown>, course, ended);
      return false;
    }
    if (!(result instanceof Promise)) return ended(false, result);
    void result.then(
      (value) => ended(false, value) && this.#advance(slot),
      (error: unknown) => ended(true, error) && this.#advance(slot),
    );
    return false;
  }

  /** Gives the values of a task that has many, one a message, as far as it may. */
  #give(
    slot: Slot,
    running: Running,
    returned: Iterable<unknown>,
    { crashesAfter, gap = () => 1 }: Course,
    ended: (failed: boolean, result: unknown) => boolean,
  ): void {
    const { source } = slot.attachment!;
    const iterator = returned[Symbol.iterator]();
    let credit = source.buffer!;
    let given = 0;
    const end = (failed: boolean, result?: unknown): void => {
      if (ended(failed, result)) this.#advance(slot);
    };
    const later = (): void => this.#after(running, gap(given), step);
    const step = (): void => {
      if (slot.running !== running) return;
      if (given === crashesAfter) return this.#die(slot, 'died');
      try {
        if (running.cancelled || running.late) {
          iterator.return?.();
          return end(false);
        }
        if (credit === 0) {
          running.wake = () => {
            running.wake = undefined;
            later();
          };
          return;
        }
        const { done, value } = iterator.next();
        if (done === true) return end(false);
        credit--;
        given++;
        source.values!(running.task, [value], (count) => {
          credit += count;
          running.wake?.();
        });
      } catch (error) {
        return end(true, error);
      }
      later();
      source.proceed();
    };
    later();
  }

  #enter(running: Running): void {
    const current = (): RunningTask => running.context;
    enterTask(current);
    entered.add(running);
    running.leave = () => {
      running.leave = undefined;
      entered.delete(running);
      leaveTask(current);
    };
  }

  #call({ method, args }: Task): unknown {
    const found = Object.hasOwn(this.#api, method) ? this.#api[method] : undefined;
    if (typeof found === 'function')
      return (found as (...args: readonly unknown[]) => unknown).apply(this.#api, args as never);
    const names = Object.keys(this.#api).filter((name) => typeof this.#api[name] === 'function');
    throw programError(`The worker exposes no method "${method}"; it exposes ${names.join(', ')}`);
  }

  /** Acts at once where it takes no time, and then says so. Not if `running` is no longer what runs. */
  #wait(slot: Slot, takes: number, act: () => void, running: Running = slot.running!): boolean {
    if (slot.running !== running) return false;
    if (takes === 0) {
      act();
      return true;
    }
    if (takes !== Infinity)
      this.#after(running, takes, () => {
        act();
        this.#advance(slot);
      });
    return false;
  }

  #after(running: Running, delay: number, act: () => void): void {
    const timer = this.#scheduler.schedule(() => {
      pending.delete(timer);
      act();
    }, delay);
    pending.add(timer);
    running.timers.push(timer);
  }

  #ended(slot: Slot, failed: boolean, result: unknown): void {
    const { afterwards, began, task, cancelled, late } = this.#stop(slot)!;
    afterwards?.();
    if (late) return this.#free(slot);
    const ended = performance.now();
    if (!cancelled) this.#times.record(ended - (task.arrival?.time ?? began), ended - began);
    const value = !failed && typeof result === 'object' && isTransfer(result) ? result.send : result;
    const outcome = cancelled ? 'cancel' : failed ? 'error' : 'value';
    this.#emit({ type: 'task:end', ...about(slot, task), outcome });
    slot.done.push({ task, failed, value });
    if (!cancelled) this.#counts[failed ? 'failed' : 'completed']++;
    if (slot.waiting.length === 0 || slot.done.length < (this.#settings.group?.() ?? 1)) return;
    this.#report(slot);
    slot.attachment!.source.proceed();
  }

  /** Reports the outcomes that have not been reported; a `proceed` has to follow. */
  #report({ attachment, done }: Slot): void {
    for (const outcome of done.splice(0)) {
      const { task, failed, value } = outcome;
      this.outcomes.push(outcome);
      if (failed) attachment!.source.failure(task, value);
      else attachment!.source.value(task, value);
    }
  }

  /** Puts back all tasks of the slot, the running one as if it had not begun. */
  #giveBack(slot: Slot): void {
    const { task, cancelled } = this.#stop(slot)!;
    const back = [...(cancelled ? [] : [task]), ...slot.waiting.splice(0)];
    slot.attachment!.source.putBack(back);
  }

  /** What it ran has crashed, or failed by `error`; what it had not begun or not reported is put back. */
  #die(slot: Slot, why: string, error?: Error): void {
    const { source } = slot.attachment!;
    const running = this.#stop(slot);
    slot.up = false;
    slot.life.up = false;
    slot.died = true;
    source.putBack([...slot.done.splice(0).map(({ task }) => task), ...slot.waiting.splice(0)]);
    running?.afterwards?.();
    if (running !== undefined && !running.late) {
      const { task, cancelled } = running;
      const outcome = cancelled ? 'cancel' : error === undefined ? 'crash' : 'timeout';
      this.#emit({ type: 'task:end', ...about(slot, task), outcome });
      let again = false;
      if (error !== undefined) source.failure(task, error);
      else again = source.crashed(task, new WorkerCrashedError(`The worker ${why} while it ran task ${task.index}`));
      if (!cancelled && !again) this.#counts.failed++;
    }
    this.#emit({ type: 'worker:exit', worker: slot.id, time: now() });
    this.#free(slot);
  }

  #stop(slot: Slot): Running | undefined {
    const { running } = slot;
    running?.leave?.();
    for (const timer of running?.timers ?? []) {
      timer.unsubscribe();
      pending.delete(timer);
    }
    slot.running = undefined;
    if (running !== undefined) slot.spent += performance.now() - running.began;
    return running;
  }

  #free(slot: Slot): void {
    this.#report(slot);
    const { source } = slot.attachment!;
    slot.attachment = undefined;
    source.proceed();
    this.pump();
  }

  #emit(event: PoolEvent): void {
    if (this.#events.observed) this.#events.next(event);
  }

  #end(): void {
    for (const slot of this.#slots)
      if (slot.up) {
        slot.up = false;
        this.#emit({ type: 'worker:exit', worker: slot.id, time: now() });
      }
    this.#events.complete();
    for (const resolve of this.#whenEnded.splice(0)) resolve();
  }
}

const about = (
  { attachment, id }: Slot,
  { index, method }: Task,
): Pick<Extract<PoolEvent, { type: 'task:start' }>, 'worker' | 'stream' | 'index' | 'method' | 'time'> => ({
  worker: id,
  stream: attachment!.source.stream!,
  index,
  method,
  time: now(),
});

const now = (): number => performance.timeOrigin + performance.now();

function closed(): PoolClosedError {
  return new PoolClosedError('The pool is closed');
}
