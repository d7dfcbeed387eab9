/** BullMQ's commands on a machine, tried again while Redis refuses: no job is given up or fails for that. */
import type { BackendFactory, RedisQueueBackend } from 'bullmq';
import { askAgain } from '../shared/retryDelay.ts';
import { createRedisBackend } from '../shared/peers.ts';
import { mayPass } from '../shared/redisErrors.ts';

export interface Patience {
  /** Redis has refused something, and is asked again. */
  refused(error: unknown): void;
  /** Whether jobs are still taken. */
  takes(): boolean;
  /** Locks a job that nobody has locked; says whether it could. */
  lock(id: string, token: string): Promise<boolean>;
}

/** BullMQ's number for a job that is locked by nobody, or by somebody else. */
const NO_LOCK = -2;

export const patientBackend =
  ({ lock, refused, takes }: Patience): BackendFactory<RedisQueueBackend> =>
  (name, options, more) => {
    const backend = createRedisBackend(name, options, more);
    // Whatever Redis says: a loop of BullMQ's would spin else.
    const taking = <A extends unknown[], R>(act: (...args: A) => Promise<R>) => {
      return (...args: A): Promise<R> => askAgain(() => act.apply(backend, args), refused, takes);
    };
    // What else it may say is about this job.
    const keeping = <A extends unknown[], R>(act: (...args: A) => Promise<R>) => {
      return (...args: A): Promise<R> => askAgain(() => act.apply(backend, args), refused, mayPass);
    };
    const { extendLocks, moveStalledJobsToWait, moveToActive, moveToCompleted, moveToFailed, updateData } = backend;
    backend.moveToActive = taking(moveToActive);
    backend.moveStalledJobsToWait = taking(moveStalledJobsToWait);
    backend.extendLocks = taking(extendLocks);
    backend.updateData = keeping(updateData);
    backend.moveToFailed = keeping(moveToFailed);
    backend.moveToCompleted = keeping(async (...args) => {
      try {
        return await moveToCompleted.apply(backend, args);
      } catch (error) {
        // While Redis refused, or was gone, the lock may have run out. Where nobody else has taken the job, it is ours.
        const [job, , , token] = args;
        if ((error as { code?: unknown }).code !== NO_LOCK || !(await lock(job.id!, token))) throw error;
        return moveToCompleted.apply(backend, args);
      }
    });
    return backend;
  };
