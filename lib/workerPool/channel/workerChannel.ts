/** The channel of batches to one worker and back: the part that all kinds of workers share. */
import type { CloneError } from '../../api/errors.ts';
import { monotonic, now, queueMicrotask } from '../../primitives/clock.ts';
import { argumentsError } from '../../pool/ownCall.ts';
import type { Task } from '../../pool/contract.ts';
import { resultError } from '../../protocol/snapshot.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { Batch } from './batch.ts';
import type { BatchQueue } from './batchQueue.ts';
import { giveNotice, whenOutOfTime } from './deadlines.ts';
import type { WorkerConnection } from '../startup/workerConnection.ts';
import { uncaught } from '../startup/workerExit.ts';
import { timedOut } from '../startup/exitErrors.ts';
import { type ExitOf, lostTasks, failTasks } from './lostTasks.ts';
import type { Utilization } from './utilization.ts';
import type { WorkerAttachment } from './workerAttachment.ts';
import type { SlotEvents } from './slotEvents.ts';
import type { TaskEvents } from './taskEvents.ts';

/** The consequences of a worker's end for its tasks. */
export interface LostWork {
  /** The attachments of the lost tasks: their streams proceed once the exit is dealt with. */
  readonly attachments: ReadonlySet<WorkerAttachment>;
  /** Whether a task has failed with the reason of the exit. */
  readonly delivered: boolean;
}

/** A kind of worker implements the abstract members: how messages to it are made and read. */
export abstract class WorkerChannel {
  abstract readonly batches: BatchQueue;
  /** The most tasks that a batch may have. */
  abstract readonly most: number;
  readonly connection: WorkerConnection;
  protected readonly giveUp: (exit: ExitOf) => void;
  protected readonly events: SlotEvents;
  protected readonly taskEvents: TaskEvents;
  protected readonly utilization: Utilization;
  /** Whether the worker has begun a task. */
  progress = false;
  #proved = false;

  /** `giveUp`: to be called when the worker has ended, or has to be ended. */
  constructor(
    connection: WorkerConnection,
    giveUp: (exit: ExitOf) => void,
    events: SlotEvents,
    taskEvents: TaskEvents,
    utilization: Utilization,
  ) {
    this.connection = connection;
    this.giveUp = giveUp;
    this.events = events;
    this.taskEvents = taskEvents;
    this.utilization = utilization;
    const { monitor } = connection;
    monitor.onExit = giveUp;
    monitor.onMessage = (data) => this.message(data);
    monitor.onUnread = () => this.unread();
  }

  /** Sends the batch; throws where it cannot be sent. */
  protected abstract post(batch: Batch): void;

  /** Sends the worker that the tasks of the batch from `end` on are cancelled. */
  protected abstract postCancel(batch: Batch, end: number): void;

  /** A message of the worker could not be read. */
  protected abstract unread(): void;

  /** A message of the worker: an uncaught error ends the worker, anything else is for threads.js. */
  protected message(data: unknown): void {
    const { deliver, monitor, plain } = this.connection;
    const exit = uncaught(data as Parameters<typeof uncaught>[0], plain === undefined);
    if (exit !== undefined) monitor.fail(exit);
    else deliver(data);
  }

  send(attachment: WorkerAttachment, tasks: readonly Task[]): void {
    const { cells } = this.connection;
    const cellIndex = cells === undefined ? -1 : this.batches.freeCell;
    const batch = new Batch(attachment, tasks, cellIndex, cells, this.taskEvents.heard ? now() : undefined);
    if (this.batches.empty) this.utilization.begin();
    this.batches.add(batch);
    try {
      this.post(batch);
    } catch (error) {
      this.uncrossed(batch, messageOf(error), { cause: error });
    }
    const { timeout } = attachment.source;
    // The batch is over if it could not be sent, or if a listener to its start event has closed the pool.
    if (timeout === undefined || batch.over) return;
    whenOutOfTime(
      batch,
      timeout,
      this.#recall,
      () => this.#timeOut(batch, timeout),
      () => this.giveUp({ why: 'did not come to its next task' }),
    );
  }

  /** Cancels the tasks of `attachment` from the `seq` `from` on; a running one is given notice. */
  cancel(attachment: WorkerAttachment, from: number): void {
    for (const batch of this.batches) {
      if (batch.attachment !== attachment) continue;
      const at = batch.offsetOf(from);
      if (at < 0 || at >= batch.cancelledFrom) continue;
      batch.cancel(at);
      this.postCancel(batch, at);
    }
    this.#giveNotice();
  }

  /** The worker has ended, and all its tasks are lost: what had begun fails or runs again, the rest is put back. */
  fail(exit: ExitOf): LostWork {
    const batches = [...this.batches];
    if (batches[0] !== undefined) this.utilization.addLost(batches[0]);
    for (const batch of batches) this.batches.remove(batch);
    let delivered = false;
    for (const [at, batch] of batches.entries()) {
      // Where memory is not shared, a worker of ours reports the begin of its first batch, and a plain one reports nothing.
      const first = at === 0 && (this.progress || this.connection.plain !== undefined);
      // A timeout is the failure of its own task alone, not of those in other batches.
      const own = exit.batch === batch ? exit : { ...exit, error: undefined };
      const lost = lostTasks(batch, first, own);
      this.progress ||= lost.begun > 0;
      const failed = failTasks(batch, lost, own, this.taskEvents, this.connection.label);
      delivered ||= failed.delivered;
      if (failed.failures > 0) this.ran(batch, lost.failed[0]!.task, batch.cell.age ?? 0);
      this.events.settled(0, failed.failures);
    }
    return { attachments: new Set(batches.map(({ attachment }) => attachment)), delivered };
  }

  /** The worker has replied. */
  protected heard(): void {
    this.progress = true;
    this.batches.heard();
    if (this.#proved) return;
    this.#proved = true;
    this.events.proved();
  }

  /** The task has settled, and ran for `ms`. */
  protected ran({ posted }: Batch, { arrival }: Task, ms: number): void {
    this.events.ran(monotonic() - (arrival?.time ?? posted), ms, 1);
  }

  /** Tasks of the batch have settled: `count` that were waited for, of which `failures` have failed. */
  protected settled({ attachment }: Batch, count: number, failures: number): void {
    this.#giveNotice();
    this.events.settled(count, failures);
    attachment.source.proceed();
    this.events.changed();
  }

  /**
   * The batch could not be posted, or not be read by the worker: a single task fails, and so do those whose inputs were moved
   * and are gone; others are put back, each to travel alone.
   */
  protected uncrossed(batch: Batch, why: string, options?: ErrorOptions): void {
    const { source } = batch.attachment;
    // Some may have been recalled meanwhile.
    const tasks = batch.rest(0);
    const fails = (batch.moved && batch.posted > 0) || (batch.tasks.length === 1 && tasks.length === 1);
    this.batches.remove(batch);
    if (fails) for (const task of tasks) source.failure(task, argumentsError(task.method, why, options));
    else {
      for (const task of tasks) task.alone = true;
      source.putBack(tasks);
    }
    // Later: the pool may be asking for tasks now.
    queueMicrotask(() => this.settled(batch, 0, fails ? tasks.length : 0));
  }

  /** The time of a task is up: if it listens to its signal, that aborts, and the task has notice to stop; else its worker is ended. */
  #timeOut(batch: Batch, timeout: number): void {
    const error = (task: Task): Error => timedOut(task, timeout);
    if (!batch.cell.listens) return this.giveUp({ why: 'ran out of time', error, batch });
    const [task] = batch.tasks as readonly [Task];
    batch.timeOut();
    this.postCancel(batch, 0);
    const failure = error(task);
    this.taskEvents.ended(batch, 0, 'timeout', now() - (batch.cell.age ?? 0), Infinity, failure);
    this.ran(batch, task, timeout);
    const { source } = batch.attachment;
    const fail = (): void => source.failure(task, failure);
    // With a key the failure waits until the task has stopped: the next of its key must not run beside it.
    if ('key' in task) batch.afterwards(fail);
    else fail();
    // The tasks behind it must not wait until it has stopped.
    this.#recall();
    this.settled(batch, 0, 1);
  }

  #giveNotice(): void {
    giveNotice(this.batches.head, this.#recall, () => this.giveUp({ why: 'ran a cancelled task on and on' }));
  }

  readonly #recall = (): void => this.batches.recall();
}

/** The error of a task whose result could not be read. */
export const unreadable = (): CloneError => resultError('it cannot be read here (nested too deep for its stack?)');
