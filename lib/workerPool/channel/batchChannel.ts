/** The channel of a worker that accepts batches: messages to it, and its replies. */
import type { BatchSizing } from '../../pool/batchSizer.ts';
import { monotonic, now } from '../../primitives/clock.ts';
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
import { remoteError } from '../../protocol/remoteError.ts';
import type { Thrown } from '../../protocol/thrown.ts';
import type { Batch } from './batch.ts';
import { BatchQueue } from './batchQueue.ts';
import { checkBegin, checkChunk, checkReply, checkReport } from './replyCheck.ts';
import { WorkerChannel, unreadable } from './workerChannel.ts';

type AnyMessage = AskMessage | BeginMessage | ChunkMessage | ReplyMessage | ReportMessage | UnreadMessage;

export class BatchChannel extends WorkerChannel {
  readonly batches: BatchQueue = new BatchQueue(2);
  readonly most: number = Infinity;
  /** Whether a message of the worker could not be read: the next reply then need not begin where the last one ended. */
  #missed = false;
  /** The batch sizer and the length of the last reply: the next reply says how long that one took to send. */
  #replied: { readonly sizer: BatchSizing; readonly count: number } | undefined;

  protected post(batch: Batch): void {
    const { message, transfer } = batch.message();
    const began = monotonic();
    this.connection.monitor.post(message, transfer);
    batch.posted = began;
    batch.attachment.sizer.sent(batch.tasks.length, monotonic() - began);
  }

  protected postCancel({ id, late }: Batch, end: number): void {
    this.connection.monitor.post({ type: CANCEL, id, end, late } satisfies CancelMessage);
  }

  protected override message(data: unknown): void {
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
        return this.#unreadThere(message);
      default:
        super.message(data);
    }
  }

  /** The unread batch is the one after `id`, the last that the worker has read: it reads messages in the order of sending. */
  #unreadThere({ id }: UnreadMessage): void {
    const batch = this.batches.after(id);
    if (batch !== undefined) this.uncrossed(batch, 'they cannot be read there (nested too deep for its stack?)');
  }

  /** Asks the worker, a message of which could not be read, which of its batches are over. */
  protected unread(): void {
    this.#missed = true;
    // Values that were not read cannot be acknowledged: the task would wait for ever.
    const { head } = this.batches;
    if (head?.attachment.source.buffer !== undefined)
      return this.giveUp({ why: 'sent what cannot be read', error: unreadable, batch: head });
    for (const { id } of this.batches) this.connection.monitor.post({ type: UNREAD, id } satisfies UnreadMessage);
  }

  #begun(message: BeginMessage): void {
    const batch = this.#batch(message.id);
    if (batch === undefined) return;
    checkBegin(batch, message);
    this.progress ||= message.offset < batch.claimed;
    this.taskEvents.begun(batch, message.offset, message.time);
  }

  #reported(report: ReportMessage): void {
    const batch = this.#batch(report.id);
    if (batch === undefined) return;
    checkReport(batch, report);
    const { began, held, offset, time } = report;
    // Reports of cancelled and late tasks are ignored.
    if (batch.late || offset >= batch.cancelledFrom) return;
    const value = held ? remoteError(report.value as Thrown) : report.value;
    this.taskEvents.reported(batch, offset, value, began, time);
    batch.attachment.source.report?.(batch.tasks[offset]!, value);
  }

  #chunk(chunk: ChunkMessage): void {
    const batch = this.#batch(chunk.id);
    if (batch === undefined) return;
    checkChunk(batch, chunk);
    const { held, id, values } = chunk;
    batch.received += values.length;
    this.heard();
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
    // Before any task settles: a reply that cannot be true has no outcomes.
    checkReply(batch, { ...reply, from }, this.#missed);
    const unpack = (at: number): unknown =>
      remoteError(values[at] as Thrown, batch.tasks[from + at]!.callSite ?? batch.attachment.source.callSite);
    const failures = failed === undefined ? undefined : new Map(failed.map((at) => [at, unpack(at)]));
    const holding = held === undefined ? undefined : new Map(held.map((at) => [at, remoteError(values[at] as Thrown)]));
    this.#replied?.sizer.returned(this.#replied.count, packing > 0 ? packing : 0);
    this.#replied = undefined;
    this.heard();
    const { attachment } = batch;
    const { source } = attachment;
    const count = values.length;
    this.#failUnread(batch, from);
    // Cancelled tasks do not count.
    const waited = Math.min(count, Math.max(0, batch.cancelledFrom - from));
    if (times !== undefined && !batch.late) this.taskEvents.replied(batch, from, times, waited, failures);
    batch.report(from + count, ms);
    let since = 0;
    for (let at = 0; at < count; at++) {
      const task = batch.release(from + at);
      since += task.arrival?.time ?? batch.posted;
      // The outcome of a late task is ignored: it has failed already.
      if (batch.late) continue;
      if (failures?.has(at) === true) source.failure(task, failures.get(at));
      else source.value(task, holding?.has(at) === true ? holding.get(at) : values[at]);
    }
    attachment.sizer.observe(count, ms);
    const time = this.utilization.add(ms);
    if (waited > 0 && !batch.late) this.events.ran(time - since / count, ms / count, waited);
    // Without the attachment: through it an idle worker would keep the stream and its async context alive.
    this.#replied = { sizer: attachment.sizer, count };
    if (last) {
      const rest = batch.rest(batch.reported);
      this.batches.remove(batch);
      if (rest.length > 0 && !batch.late) source.putBack(rest);
    }
    this.settled(batch, waited, failed?.filter((at) => at < waited).length ?? 0);
  }

  /** Fails the tasks before `from` that have no outcome: their outcomes were in a message that could not be read. */
  #failUnread(batch: Batch, from: number): void {
    for (; batch.reported < from; batch.report(batch.reported + 1)) {
      if (batch.late) continue;
      const wanted = batch.reported < batch.cancelledFrom;
      this.taskEvents.ended(batch, batch.reported, wanted ? 'error' : 'cancel', now());
      batch.attachment.source.failure(batch.release(batch.reported), unreadable());
      this.events.settled(0, wanted ? 1 : 0);
    }
  }

  /** The batch of a message; undefined if the batch is over. After an unread message it need not be the head of the queue. */
  #batch(id: number): Batch | undefined {
    return this.#missed ? this.batches.find(id) : this.batches.current(id);
  }
}
