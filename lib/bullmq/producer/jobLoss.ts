/** How a job may end without a result, and the error of a task that was in too many such jobs. */
import { WorkerCrashedError, WorkerInitError } from '../../api/errors.ts';

export interface JobLoss {
  /** What has happened to the job. */
  readonly how: string;
  /** How many jobs of a task may be lost so: the task then fails, or its stream does. */
  readonly most: number;
  /** Whether another BullMQ worker has ended the job: the stream then errors, in each mode, since no task is at fault. */
  readonly foreign: boolean;
}

/** BullMQ's reason for failing a job of which several machines have died. */
const STALLED = /stalled more than allowable limit/;

/** The job was removed by hand, or Redis was emptied. */
export const REMOVED: JobLoss = { how: 'was removed from the queue', most: 10, foreign: false };

/** The loss of a job that has ended without a result; `failure`: the reason that BullMQ has of one that failed. */
export function lossOf(failure: string | null): JobLoss {
  if (failure !== null && STALLED.test(failure))
    return { how: `failed in the queue: ${failure}`, most: 1, foreign: false };
  return {
    how: failure === null ? 'was completed without a result' : `was failed: ${failure}`,
    most: 5,
    foreign: true,
  };
}

/** The error of the task with this index, once `most` of its jobs were lost. */
export function lossError({ foreign, how, most }: JobLoss, index: number, queue: string): Error {
  if (!foreign) return new WorkerCrashedError(`The job of task ${index} ${how}`);
  const what = `The job of task ${index} ${how}, as ${most - 1} before it`;
  return new WorkerInitError(
    `The queue "${queue}" cannot be used: ${what}; another worker than serve() is on the queue`,
  );
}
