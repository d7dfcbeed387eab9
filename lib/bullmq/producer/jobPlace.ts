/** Where in the queue a job goes. */
import type { Job } from './job.ts';

/** BullMQ's priorities are from 1, their highest, to this. */
const LOWEST = 2 ** 21 - 1;
/** A job at the head of the queue may be overtaken by so many that were added later. */
const MOST_OVERTAKING = 256;

/** As options of BullMQ: `lifo` is to the head. */
export interface JobPlace {
  readonly lifo?: true;
  readonly priority?: number;
}

/**
 * By the job's priority: at 0 to the end, as BullMQ's jobs without a priority; above 0 to the head; below 0 behind all of
 * those, by BullMQ's own priorities. Those at the head pass each other by: they go to the end while one of them has been
 * waiting for long, so that it has its turn. `out`: the jobs of the session that are in Redis, in the order of their numbers.
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
