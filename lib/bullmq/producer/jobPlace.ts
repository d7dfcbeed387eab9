/** The place of a job in the queue, by its priority. */
import type { Job } from './job.ts';

/** BullMQ's lowest priority; its highest is 1. */
const LOWEST = 2 ** 21 - 1;
/** Most jobs, added later, that may overtake a job with a priority above 0. */
const MOST_OVERTAKING = 256;

/** Options of BullMQ; `lifo` puts a job at the head. */
export interface JobPlace {
  readonly lifo?: true;
  readonly priority?: number;
}

/**
 * At priority 0 the end, as for BullMQ's jobs without a priority; above 0 the head; below 0 behind all of those, by BullMQ's
 * own priorities. A job at the head overtakes those that were put there before: where one of these has been overtaken by
 * `MOST_OVERTAKING`, new ones go to the end, so that it has its turn. `out`: the jobs of the session that are in Redis, in the
 * order of their numbers.
 */
export function placeOf(
  { again, number, request: { priority = 0 } }: Pick<Job, 'again' | 'number' | 'request'>,
  out: Iterable<Pick<Job, 'number' | 'request'>>,
): JobPlace {
  if (again) return { lifo: true };
  if (priority < 0) return { priority: Math.min(Math.ceil(-priority), LOWEST) };
  if (priority === 0) return {};
  for (const { number: first, request } of out)
    if ((request.priority ?? 0) > 0) return first < number - MOST_OVERTAKING ? {} : { lifo: true };
  return { lifo: true };
}
