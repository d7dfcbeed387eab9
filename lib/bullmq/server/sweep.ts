/** The removal of what producers that are gone have left in Redis, and the end of what runs for them. */
import type { Queue as BullQueue } from 'bullmq';
import type { Redis as Client } from 'ioredis';
import { wallClock } from '../../primitives/clock.ts';
import { type QueueKeys, runOf } from '../shared/queueKeys.ts';
import type { JobSource } from './jobSource.ts';

/** A job that ended so many ms ago and is still there may be of a producer that is gone. */
const UNFETCHED = 1000;
/** Most jobs of each state that one sweep looks at. */
const MOST = 1000;

export async function sweep(
  client: Client,
  queue: BullQueue,
  keys: QueueKeys,
  running: ReadonlyMap<string, JobSource>,
): Promise<void> {
  const until = wallClock() - UNFETCHED;
  const ended = await Promise.all(
    [keys.completed, keys.failed].map((key) => client.zrangebyscore(key, 0, until, 'LIMIT', 0, MOST)),
  );
  const ids = [...ended.flat(), ...running.keys()];
  const runs = [...new Set(ids.map(runOf))].filter((run) => run !== undefined);
  const alive = await Promise.all(runs.map((run) => client.exists(keys.alive(run))));
  const gone = new Set(runs.filter((_run, at) => alive[at] === 0));
  for (const [id, source] of running) if (gone.has(runOf(id)!)) source.cancel(0);
  const ownerless = ended.flat().filter((id) => gone.has(runOf(id) ?? ''));
  await Promise.all(ownerless.map((id) => queue.remove(id)));
}
