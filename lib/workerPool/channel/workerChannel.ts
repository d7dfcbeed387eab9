/** The batches on their way to one worker and back. */
import { BatchQueue } from './batchQueue.ts';
import { monotonic, now, queueMicrotask } from '../../primitives/clock.ts';
import { argumentsError } from '../../pool/ownCall.ts';
import type { BatchSizing } from '../../pool/batchSizer.ts';
import { remoteError } from '../../protocol/remoteError.ts';
import { type CloneError, programError } from '../../api/errors.ts';
import type { Task } from '../../pool/contract.ts';
import { resultError } from '../../protocol/snapshot.ts';
import { type Thrown, messageOf } from '../../protocol/thrown.ts';
import {
  ASK,
  type AskMessage,
  BEGIN,
  type BeginMessage,
  CANCEL,
  type CancelMessage,
  CHUNK,
  CREDIT,
  type ChunkMessage,
  type CreditMessage,
  REPLY,
  REPORT,
  type ReplyMessage,
  type ReportMessage,
  UNREAD,
  type UnreadMessage,
} from '../../protocol/messages.ts';
import { Batch } from './batch.ts';
import { giveNotice, whenOutOfTime } from './deadlines.ts';
import type { WorkerConnection } from '../startup/workerConnection.ts';
import { uncaught } from '../startup/workerExit.ts';
import { timedOut } from '../startup/exitErrors.ts';
import { type ExitOf, lostTasks, failTasks } from './lostTasks.ts';
import type { Utilization } from './utilization.ts';
import { callPlain } from '../../threadsjs/plainWorker.ts';
import type { WorkerAttachment } from './workerAttachment.ts';
import type { SlotEvents } from './slotEvents.ts';
import type { TaskEvents } from './taskEvents.ts';
import { checkBegin, checkChunk, checkReply, checkReport } from './replyCheck.ts';
import type { SpawnedThread } from '../../threadsjs/threads.ts';

/** What a channel leaves behind that fails. */
export interface LostWork {
  /** Whose tasks it had: they go on once the exit is known to all. */
  readonly attachments: ReadonlySet<WorkerAttachment>;
  /** Whether a task has failed with the reason. */
  readonly delivered: boolean;
}

type AnyMessage = AskMessage | BeginMessage | ChunkMessage | ReplyMessage | ReportMessage | UnreadMessage;

export class WorkerChannel {
  readonly batches: BatchQueue;
  readonly connection: WorkerConnection;
  readonly #events: SlotEvents;
  readonly #giveUp: (exit: ExitOf) => void;
  readonly #taskEvents: TaskEvents;
  readonly #utilization: Utilization;
  /** Whether the worker has begun a task. */
  progress = false;
  /** Whether it has answered. */
  #proved = false;
  /** Whether messages of the worker could not be read: those that follow need not begin where the last has ended. */
  #missed = false;
  /** What the last reply was about: how long that took to send is told with the next. */
  #replied: { readonly sizer: BatchSizing; readonly count: number } | undefined;

  /** `giveUp`: the worker is gone, or has to go. */
  constructor(
    connection: WorkerConnection,
    giveUp: (exit: ExitOf) => void,
    events: SlotEvents,
    taskEvents: TaskEvents,
    utilization: Utilization,
  ) {
    this.connection = connection;
    this.batches = new BatchQueue(connection.plain === undefined ? 2 : 1);
    this.#giveUp = giveUp;
    this.#events = events;
    this.#taskEvents = taskEvents;
    this.#utilization = utilization;
    connection.monitor.onExit = giveUp;
    connection.monitor.onMessage = (data) => this.#message(data);
    connection.monitor.onUnread = () => this.#unreadHere();
  }

  /** The most tasks a message may carry; a plain threads.js worker takes calls one by one. */
  get most(): number {
    return this.connection.plain === undefined ? Infinity : 1;
  }

  send(attachment: WorkerAttachment, tasks: readonly Task[]): void {
    const { cells } = this.connection;
    const cellIndex = cells === undefined ? -1 : this.batches.freeCell;
    const batch = new Batch(attachment, tasks, cellIndex, cells, this.#taskEvents.heard ? now() : undefined);
    if (this.batches.empty) this.#utilization.begin();
    this.batches.add(batch);
    try {
      const { monitor, plain } = this.connection;
      if (plain === undefined) {
        const { message, transfer } = batch.message(this.#taskEvents.heard);
        const began = (batch.posted = monotonic());
        monitor.post(message, transfer);
        attachment.sizer.sent(tasks.length, monotonic() - began);
      } else this.#callPlain(plain, batch);
    } catch (error) {
      this.#uncrossed(batch, messageOf(error), { cause: error });
    }
    const { timeout } = attachment.source;
    // It could not be sent, or whoever was told that it begins has closed the pool.
    if (timeout === undefined || batch.over) return;
    whenOutOfTime(
      batch,
      timeout,
      () => this.#timeOut(batch, timeout),
      () => this.#giveUp({ why: 'did not come to its next task' }),
    );
  }

  /** Takes back what has not begun of `attachment` from `from` on. What runs is told that it is cancelled, and given notice. */
  cancel(attachment: WorkerAttachment, from: number): void {
    for (const batch of this.batches) {
      if (batch.attachment !== attachment) continue;
      const at = batch.offsetOf(from);
      if (at < 0 || at >= batch.cancelledFrom) continue;
      batch.cancel(at);
      this.#cut(batch, at);
    }
    this.#giveNotice();
  }

  /** The worker is gone, and all of it with it: what it had begun fails, or runs again, and the rest goes back. */
  fail(exit: ExitOf): LostWork {
    const batches = [...this.batches];
    if (batches[0] !== undefined) this.#utilization.addLost(batches[0]);
    for (const batch of batches) this.batches.remove(batch);
    let delivered = false;
    for (const [at, batch] of batches.entries()) {
      // Where no memory is shared, a worker of ours tells when it begins its first message; a plain one tells nothing.
      const first = at === 0 && (this.progress || this.connection.plain !== undefined);
      const lost = lostTasks(batch, first, exit);
      this.progress ||= lost.begun > 0;
      const settled = failTasks(batch, lost, exit, this.#taskEvents, this.connection.label);
      delivered ||= settled.delivered;
      if (settled.failures > 0) this.#took(batch, lost.failed[0]!.task, batch.cell.age ?? 0);
      this.#events.settled(0, settled.failures);
    }
    return { attachments: new Set(batches.map(({ attachment }) => attachment)), delivered };
  }

  /** The worker has answered. */
  #heard(): void {
    this.progress = true;
    this.batches.heard();
    if (this.#proved) return;
    this.#proved = true;
    this.#events.proved();
  }

  #message(data: unknown): void {
    const message = (data ?? {}) as AnyMessage;
    switch (message.type) {
      case REPLY:
        return this.#reply(message);
      case BEGIN:
        return this.#begun(message);
      case ASK:
        return this.batches.find(message.id)?.cell.asked();
      case CHUNK:
        return this.#chunk(message);
      case REPORT:
        return this.#reported(message);
      case UNREAD:
        // It reads them in the order in which they were sent.
        return this.#uncrossed(this.batches.after(message.id), UNREADABLE);
      default: {
        const exit = uncaught(data as Parameters<typeof uncaught>[0], this.connection.plain === undefined);
        if (exit !== undefined) this.connection.monitor.fail(exit);
        else this.connection.deliver(data);
      }
    }
  }

  #begun(message: BeginMessage): void {
    const batch = this.#batch(message.id);
    if (batch === undefined) return;
    checkBegin(batch, message);
    this.progress ||= message.offset < batch.claimed;
    this.#taskEvents.begun(batch, message.offset, message.time);
  }

  #reported(report: ReportMessage): void {
    const batch = this.#batch(report.id);
    if (batch === undefined) return;
    checkReport(batch, report);
    const { began, held, offset, time } = report;
    // Nobody waits for what is cancelled or late.
    if (batch.late || offset >= batch.cancelledFrom) return;
    const value = held ? remoteError(report.value as Thrown) : report.value;
    this.#taskEvents.reported(batch, offset, value, began, time);
    batch.attachment.source.report?.(batch.tasks[offset]!, value);
  }

  #chunk(chunk: ChunkMessage): void {
    const batch = this.#batch(chunk.id);
    if (batch === undefined) return;
    checkChunk(batch, chunk);
    const { held, id, values } = chunk;
    batch.received += values.length;
    this.#heard();
    if (batch.late || batch.cancelled) return;
    const own = [...values];
    for (const at of held) own[at] = remoteError(values[at] as Thrown);
    const { source } = batch.attachment;
    source.values!(batch.tasks[0]!, own, (count) => {
      if (!batch.over) this.connection.monitor.post({ type: CREDIT, id, count } satisfies CreditMessage);
    });
    source.proceed();
  }

  #reply(reply: ReplyMessage): void {
    const { id, values, failed, held, ms, last, times, packing } = reply;
    const batch = this.#batch(id);
    if (batch === undefined) return;
    const from = Math.min(reply.from, batch.claimed);
    // Before anything is settled by it: what cannot be read is nobody's outcome.
    checkReply(batch, { ...reply, from }, this.#missed);
    const unpack = (at: number): unknown =>
      remoteError(values[at] as Thrown, batch.tasks[from + at]!.callSite ?? batch.attachment.source.callSite);
    const failures = failed === undefined ? undefined : new Map(failed.map((at) => [at, unpack(at)]));
    const holding = held === undefined ? undefined : new Map(held.map((at) => [at, remoteError(values[at] as Thrown)]));
    this.#replied?.sizer.returned(this.#replied.count, packing > 0 ? packing : 0);
    this.#replied = undefined;
    this.#heard();
    const { attachment } = batch;
    const { source } = attachment;
    const count = values.length;
    this.#unreadTo(from, batch);
    // Those that nobody waits for any more count for nothing.
    const waited = Math.min(count, Math.max(0, batch.cancelledFrom - from));
    if (times !== undefined && !batch.late) this.#taskEvents.replied(batch, from, times, waited, failures);
    batch.report(from + count, ms);
    let since = 0;
    for (let at = 0; at < count; at++) {
      const task = batch.release(from + at);
      since += task.arrival?.time ?? batch.posted;
      // What it comes to after it has run out of time is nobody's.
      if (batch.late) continue;
      if (failures?.has(at) === true) source.failure(task, failures.get(at));
      else source.value(task, holding?.has(at) === true ? holding.get(at) : values[at]);
    }
    attachment.sizer.observe(count, ms);
    const time = this.#utilization.add(ms);
    if (waited > 0 && !batch.late) this.#events.took(time - since / count, ms / count, waited);
    // Not the attachment: an idle worker would keep its stream, and the async context of that.
    this.#replied = { sizer: attachment.sizer, count };
    if (last) {
      const rest = batch.rest(batch.reported);
      this.batches.remove(batch);
      if (rest.length > 0 && !batch.late) source.putBack(rest);
    }
    this.#settled(batch, waited, failed?.filter((at) => at < waited).length ?? 0);
  }

  /** A task that listens to its signal is told, and has a moment to stop; any other loses its worker. */
  #timeOut(batch: Batch, timeout: number): void {
    const error = (task: Task): Error => timedOut(task, timeout);
    if (!batch.cell.listens) return this.#giveUp({ why: 'ran out of time', error });
    const [task] = batch.tasks as readonly [Task];
    batch.timeOut();
    this.#cut(batch, 0);
    const failure = error(task);
    this.#taskEvents.ended(batch, 0, 'timeout', now() - (batch.cell.age ?? 0), Infinity, failure);
    this.#took(batch, task, timeout);
    const { source } = batch.attachment;
    const fail = (): void => source.failure(task, failure);
    // Those of its key do not begin beside it.
    if ('key' in task) batch.afterwards(fail);
    else fail();
    // What waits behind it is not to wait for it to stop.
    this.batches.takeBack();
    this.#settled(batch, 0, 1);
  }

  #cut({ id, late }: Batch, end: number): void {
    if (this.connection.plain === undefined)
      this.connection.monitor.post({ type: CANCEL, id, end, late } satisfies CancelMessage);
  }

  #callPlain(thread: SpawnedThread, batch: Batch): void {
    const [task] = batch.tasks as readonly [Task];
    const began = now();
    batch.posted = monotonic();
    this.#taskEvents.begun(batch, 0, began);
    const { buffer, callSite } = batch.attachment.source;
    const called =
      buffer === undefined
        ? callPlain(thread, task, task.callSite ?? callSite)
        : Promise.resolve({ failed: true, value: programError(PLAIN) });
    void called.then(({ failed, value }) => {
      if (!batch.over) this.#plainAnswered(batch, failed, value, began);
    });
  }

  #plainAnswered(batch: Batch, failed: boolean, value: unknown, began: number): void {
    const { cancelled, attachment, tasks } = batch;
    const { source, sizer } = attachment;
    const [task] = tasks as readonly [Task];
    this.#heard();
    this.#taskEvents.ended(batch, 0, cancelled ? 'cancel' : failed ? 'error' : 'value', began, Infinity, value);
    if (!cancelled) this.#took(batch, task, now() - began);
    if (failed) source.failure(task, value);
    else source.value(task, value);
    sizer.observe(1, now() - began);
    this.#utilization.add();
    this.batches.remove(batch);
    this.#settled(batch, cancelled ? 0 : 1, failed && !cancelled ? 1 : 0);
  }

  /** The message could not be posted, or not be read there: one task fails for that, several are next again, each alone. */
  #uncrossed(batch: Batch | undefined, why: string, options?: ErrorOptions): void {
    if (batch === undefined) return;
    const { source } = batch.attachment;
    // Some may have been taken back meanwhile.
    const tasks = batch.rest(0);
    const failed = batch.tasks.length === 1 && tasks.length === 1;
    this.batches.remove(batch);
    if (failed) source.failure(tasks[0]!, argumentsError(tasks[0]!.method, why, options));
    else {
      for (const task of tasks) task.alone = true;
      source.putBack(tasks);
    }
    // Not at once: the pool may be in the middle of handing out.
    queueMicrotask(() => this.#settled(batch, 0, failed ? 1 : 0));
  }

  /** A message of the worker could not be read: it is asked which of its batches are over. */
  #unreadHere(): void {
    this.#missed = true;
    // The task would wait for ever for what is not acknowledged.
    if (this.batches.head?.attachment.source.buffer !== undefined)
      return this.#giveUp({ why: 'sent what cannot be read', error: unreadable });
    for (const batch of [...this.batches]) {
      if (this.connection.plain === undefined)
        this.connection.monitor.post({ type: UNREAD, id: batch.id } satisfies UnreadMessage);
      else this.#plainAnswered(batch, true, unreadable(), now());
    }
  }

  /** The outcomes before `from` that have not come were in messages that could not be read. */
  #unreadTo(from: number, batch: Batch): void {
    for (; batch.reported < from; batch.report(batch.reported + 1)) {
      if (batch.late) continue;
      const wanted = batch.reported < batch.cancelledFrom;
      this.#taskEvents.ended(batch, batch.reported, wanted ? 'error' : 'cancel', now());
      batch.attachment.source.failure(batch.release(batch.reported), unreadable());
      this.#events.settled(0, wanted ? 1 : 0);
    }
  }

  /** It has come to an outcome, having run for `ms`. */
  #took({ posted }: Batch, { arrival }: Task, ms: number): void {
    this.#events.took(monotonic() - (arrival?.time ?? posted), ms, 1);
  }

  #settled({ attachment }: Batch, count: number, failures: number): void {
    this.#giveNotice();
    this.#events.settled(count, failures);
    attachment.source.proceed();
    this.#events.changed();
  }

  #giveNotice(): void {
    giveNotice(this.batches.head, () => this.#giveUp({ why: 'ran a cancelled task on and on' }));
  }

  /** The batch that a message is about; undefined where it is over. Of unread messages, one may have told of the head's end. */
  #batch(id: number): Batch | undefined {
    return this.#missed ? this.batches.find(id) : this.batches.current(id);
  }
}

const PLAIN =
  "A worker that uses threads.js's expose has one result a call: to give many values, use expose of rxjs-parallel/worker";

const UNREADABLE = 'they cannot be read there (nested too deep for its stack?)';

const unreadable = (): CloneError => resultError('it cannot be read here (nested too deep for its stack?)');
