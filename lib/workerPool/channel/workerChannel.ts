/** The batches on their way to one worker and back. */
import { monotonic, now, queueMicrotask } from '../../primitives/clock.ts';
import { argumentsError } from '../../pool/ownCall.ts';
import type { BatchSizing } from '../../pool/batchSizer.ts';
import { remoteError } from '../../protocol/remoteError.ts';
import { type CloneError, programError } from '../../api/errors.ts';
import type { Task } from '../../pool/contract.ts';
import { SLOTS } from '../../protocol/batchCell.ts';
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

export class WorkerChannel {
  readonly batches: Batch[] = [];
  readonly connection: WorkerConnection;
  readonly #events: SlotEvents;
  readonly #giveUp: (exit: ExitOf) => void;
  readonly #taskEvents: TaskEvents;
  readonly #utilization: Utilization;
  /** Tasks that the worker was given. */
  taken = 0;
  /** Whether it has begun any. */
  progress = false;
  /** Whether it has answered. */
  #proved = false;
  /** Whether others had to take over what this worker would not come to: until it is heard of again, it gets no more. */
  #stuck = false;
  /** Whether it was to make way for streams above those that it serves, and has not been heard of since. */
  #yielding = false;
  /** The last batch that is over: of that one, a worker may say it twice. */
  #over = -1;
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

  /**
   * Whether a message more may be on its way: a second only to a worker that takes batches, and not behind a task that waits
   * for its values to be emitted.
   */
  get room(): boolean {
    const [head] = this.batches;
    if (head === undefined) return !this.#stuck;
    const behind = this.connection.plain === undefined && head.attachment.source.buffer === undefined;
    return !this.#stuck && behind && this.batches.length < 2;
  }

  /** Whether anybody waits for anything in it. */
  get wanted(): boolean {
    return this.batches.some((batch) => batch.wanted);
  }

  /** Whether the worker has tasks that it has not begun, and another could take. */
  get spare(): boolean {
    return this.batches.some((batch) => batch.spare);
  }

  /** The lowest priority of the streams whose tasks it has. */
  get lowest(): number {
    let lowest = Infinity;
    for (const { attachment } of this.batches) lowest = Math.min(lowest, attachment.priority);
    return lowest;
  }

  send(attachment: WorkerAttachment, tasks: readonly Task[]): void {
    const { cells } = this.connection;
    const cellIndex = cells === undefined ? -1 : this.#freeCell();
    const batch = new Batch(attachment, tasks, cellIndex, cells, this.#taskEvents.heard ? now() : undefined);
    if (!this.batches.some((each) => each.attachment === attachment)) attachment.slots++;
    if (this.batches.length === 0) this.#utilization.begin();
    this.batches.push(batch);
    this.taken += tasks.length;
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

  /** Takes back all that the worker has not begun, if it has begun nothing since the last look. */
  recall(): void {
    const [head] = this.batches;
    if (head === undefined) return;
    // Most are with one task; some with what a task before has left behind (a timer that computes).
    if (!head.advanced()) this.takeBack();
  }

  /**
   * Takes back what the worker has not begun of streams below `priority`, so that it is idle when its present task has ended.
   * Whether there was something, or it was asked before and has not been heard of since.
   */
  makeWay(priority: number): boolean {
    if (this.batches.some(({ attachment, spare }) => spare && attachment.priority < priority)) {
      this.#yielding = true;
      this.takeBack(priority);
    }
    return this.#yielding;
  }

  /** What the worker has not begun, of streams below `priority`, goes back, and it gets no more until it is heard of. */
  takeBack(priority: number = Infinity): void {
    if (this.batches.length === 0) return;
    this.#stuck = true;
    for (const batch of this.batches) {
      const { attachment } = batch;
      if (!batch.spare || attachment.priority >= priority) continue;
      const back = batch.recall();
      this.taken -= back.length;
      attachment.takeBack(back);
    }
  }

  /** The worker is gone, and all of it with it: what it had begun fails, or runs again, and the rest goes back. */
  fail(exit: ExitOf): LostWork {
    const batches = this.batches.splice(0);
    const attachments = new Set(batches.map(({ attachment }) => attachment));
    if (batches[0] !== undefined) this.#utilization.addLost(batches[0]);
    for (const attachment of attachments) attachment.slots--;
    let delivered = false;
    for (const [at, batch] of batches.entries()) {
      batch.finish();
      // Where no memory is shared, a worker of ours tells when it begins its first message; a plain one tells nothing.
      const first = at === 0 && (this.progress || this.connection.plain !== undefined);
      const lost = lostTasks(batch, first, exit);
      this.progress ||= lost.begun > 0;
      const settled = failTasks(batch, lost, exit, this.#taskEvents, this.connection.label);
      delivered ||= settled.delivered;
      if (settled.failures > 0) this.#took(batch, lost.failed[0]!.task, batch.cell.age ?? 0);
      this.#events.settled(0, settled.failures);
    }
    return { attachments, delivered };
  }

  #prove(): void {
    if (this.#proved) return;
    this.#proved = true;
    this.#events.proved();
  }

  #message(data: unknown): void {
    const message = data as
      | ChunkMessage
      | ReplyMessage
      | BeginMessage
      | AskMessage
      | ReportMessage
      | UnreadMessage
      | null
      | undefined;
    if (message?.type === REPLY) return this.#reply(message);
    if (message?.type === BEGIN) {
      const batch = this.#head(message.id);
      if (batch === undefined) return;
      checkBegin(batch, message);
      this.progress ||= message.offset < batch.claimed;
      return this.#taskEvents.begun(batch, message.offset, message.time);
    }
    if (message?.type === ASK) return this.#batch(message.id)?.cell.asked();
    if (message?.type === CHUNK) return this.#chunk(message);
    if (message?.type === REPORT) return this.#reported(message);
    if (message?.type === UNREAD) {
      // It reads them in the order in which they were sent.
      const batch = this.batches.find((each) => each.id > message.id);
      if (batch !== undefined) this.#uncrossed(batch, UNREADABLE);
      return;
    }
    const exit = uncaught(message, this.connection.plain === undefined);
    if (exit !== undefined) this.connection.monitor.fail(exit);
    else this.connection.deliver(data);
  }

  #reported(report: ReportMessage): void {
    const batch = this.#head(report.id);
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
    const batch = this.#head(chunk.id);
    if (batch === undefined) return;
    checkChunk(batch, chunk);
    const { held, id, values } = chunk;
    batch.received += values.length;
    this.progress = true;
    this.#prove();
    this.#stuck = false;
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
    const batch = this.#head(id);
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
    this.progress = true;
    this.#prove();
    this.#stuck = false;
    this.#yielding = false;
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
      this.#remove(batch);
      if (rest.length > 0 && !batch.late) source.putBack(rest);
    } else this.#giveNotice();
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
    this.takeBack();
    this.#giveNotice();
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
    this.progress = true;
    this.#prove();
    this.#taskEvents.ended(batch, 0, cancelled ? 'cancel' : failed ? 'error' : 'value', began, Infinity, value);
    if (!cancelled) this.#took(batch, task, now() - began);
    if (failed) source.failure(task, value);
    else source.value(task, value);
    sizer.observe(1, now() - began);
    this.#utilization.add();
    this.#remove(batch);
    this.#settled(batch, cancelled ? 0 : 1, failed && !cancelled ? 1 : 0);
  }

  /** The message could not be posted, or not be read there: one task fails for that, several are next again, each alone. */
  #uncrossed(batch: Batch, why: string, options?: ErrorOptions): void {
    const { source } = batch.attachment;
    // Some may have been taken back meanwhile.
    const tasks = batch.rest(0);
    const failed = batch.tasks.length === 1 && tasks.length === 1;
    this.#remove(batch);
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
    if (this.batches[0]?.attachment.source.buffer !== undefined)
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
    this.#events.settled(count, failures);
    attachment.source.proceed();
    this.#events.changed();
  }

  #remove(batch: Batch): void {
    batch.finish();
    this.#over = batch.id;
    this.batches.splice(this.batches.indexOf(batch), 1);
    // A slot counts for a stream while it has a batch of it.
    if (!this.batches.some(({ attachment }) => attachment === batch.attachment)) batch.attachment.slots--;
    this.#giveNotice();
  }

  #giveNotice(): void {
    giveNotice(this.batches[0], () => this.#giveUp({ why: 'ran a cancelled task on and on' }));
  }

  #batch(id: number): Batch | undefined {
    return this.batches.find((batch) => batch.id === id);
  }

  /** The batch that the worker tells of: the first that it has. Undefined for one that it has not; it may be over. */
  #head(id: number): Batch | undefined {
    const [head] = this.batches;
    const batch = this.#batch(id);
    if (batch === head || this.#missed) return batch;
    // Else it would be waited for for ever.
    if (batch !== undefined || (head !== undefined && id !== this.#over && head.ended))
      throw new TypeError('it is of another batch than the worker is at');
    return undefined;
  }

  #freeCell(): number {
    for (let cellIndex = 0; cellIndex < SLOTS; cellIndex++)
      if (!this.batches.some((batch) => batch.cellIndex === cellIndex)) return cellIndex;
    throw new RangeError('More batches than cells');
  }
}

const PLAIN =
  "A worker that uses threads.js's expose has one result a call: to give many values, use expose of rxjs-parallel/worker";

const UNREADABLE = 'they cannot be read there (nested too deep for its stack?)';

const unreadable = (): CloneError => resultError('it cannot be read here (nested too deep for its stack?)');
