/** Removes what is left in Redis of processes that are gone, and ends what runs for them. */
import type { Queue as BullQueue } from 'bullmq';
import type { Redis as Client } from 'ioredis';
import { wallClock } from '../../primitives/clock.ts';
import type { JobSource } from './jobSource.ts';
import { type QueueKeys, runOf } from '../shared/message.ts';

/** What has ended so many ms ago and was not fetched may be of a process that is gone. */
const UNFETCHED = 1000;
/** Jobs looked at in one sweep. */
const MOST = 1000;

export async function sweep(
  client: Client,
  queue: BullQueue,
  names: QueueKeys,
  running: ReadonlyMap<string, JobSource>,
): Promise<void> {
  const until = wallClock() - UNFETCHED;
  const found = await Promise.all(
    [names.completed, names.failed].map((key) => client.zrangebyscore(key, 0, until, 'LIMIT', 0, MOST)),
  );
  const ids = [...found.flat(), ...running.keys()];
  const runs = [...new Set(ids.map(runOf))].filter((run) => run !== undefined);
  const alive = await Promise.all(runs.map((run) => client.exists(names.alive(run))));
  const gone = new Set(runs.filter((_run, at) => alive[at] === 0));
  for (const [id, source] of running) if (gone.has(runOf(id)!)) source.cancel(0);
  const left = found.flat().filter((id) => gone.has(runOf(id) ?? ''));
  await Promise.all(left.map((id) => queue.remove(id)));
}
