/** The check that the messages of a worker about a batch can be true. `WorkerMonitor` ends a worker that fails it. */
import type { BeginMessage, ChunkMessage, ReplyMessage, ReportMessage } from '../../protocol/messages.ts';
import type { Batch } from './batch.ts';

/** `missed`: an earlier reply may be unread. @throws TypeError: the reply does not follow the last one, or does not fit the batch. */
export function checkReply(
  batch: Batch,
  { failed, from, held, last, ms, times, values }: ReplyMessage,
  missed: boolean,
): void {
  const count = Array.isArray(values) || values instanceof Float64Array ? values.length : NaN;
  const end = from + count;
  // At the end of a batch every claimed task has ended, and at least one is reported unless none was wanted.
  const over = (): boolean =>
    (!batch.shared || end >= batch.claimed) && (end > 0 || Math.min(batch.end, batch.cancelledFrom) === 0);
  check(
    typeof last === 'boolean' &&
      (from === batch.reported || (missed && from > batch.reported)) &&
      end <= batch.claimed &&
      (!last || over()) &&
      ms >= 0 &&
      [failed, held].every((list) => list === undefined || list.every((at) => isOffset(at, count))) &&
      (times === undefined || (times.length === 2 * count && times.every(Number.isFinite))),
  );
}

/** @throws TypeError: this task of the batch cannot begin now. */
export function checkBegin(batch: Batch, { offset, time }: Pick<BeginMessage, 'offset' | 'time'>): void {
  check(isOffset(offset, batch.tasks.length) && offset >= batch.reported && Number.isFinite(time));
}

/** @throws TypeError: this task of the batch cannot report now. */
export function checkReport(batch: Batch, { began, offset, time }: ReportMessage): void {
  check(offset < batch.claimed && Number.isFinite(began));
  checkBegin(batch, { offset, time });
}

/** @throws TypeError: these cannot be the next values of the task. */
export function checkChunk(batch: Batch, { from, held, values }: ChunkMessage): void {
  check(
    batch.attachment.source.buffer !== undefined &&
      batch.claimed > batch.reported &&
      from === batch.received &&
      Array.isArray(values) &&
      Array.isArray(held) &&
      held.every((at) => isOffset(at, values.length)),
  );
}

const isOffset = (at: number, end: number): boolean => Number.isInteger(at) && at >= 0 && at < end;

function check(sound: boolean): void {
  if (!sound) throw new TypeError('it does not fit what the worker was sent');
}
