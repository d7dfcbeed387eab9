/**
 * BullMQ's commands on a machine, repeated while Redis refuses them: a refusal neither fails a job nor gives it up. Jobs come
 * from them with fields that BullMQ can parse, whoever has written them.
 */
import type { BackendFactory, RedisQueueBackend } from 'bullmq';
import { createRedisBackend } from '../shared/peers.ts';
import { mayPass } from '../shared/redisErrors.ts';
import { retryRefused } from '../shared/retryRefused.ts';

export interface BackendEvents {
  /** Redis has refused a command, which is repeated. */
  refused(error: unknown): void;
  /** Whether the machine takes jobs. */
  takesJobs(): boolean;
  /** Locks a job that nobody has locked; resolves to whether it could. */
  lock(id: string, token: string): Promise<boolean>;
}

/** BullMQ's code for a job whose lock has expired, or is another machine's. */
const NO_LOCK = -2;

export const retryingBackend =
  ({ lock, refused, takesJobs }: BackendEvents): BackendFactory<RedisQueueBackend> =>
  (name, options, more) => {
    const backend = createRedisBackend(name, options, more);
    // Commands of BullMQ's loops are repeated whatever the refusal: a loop would try again without a pause.
    const whileTaking = <A extends unknown[], R>(act: (...args: A) => Promise<R>) => {
      return (...args: A): Promise<R> => retryRefused(() => act.apply(backend, args), refused, takesJobs);
    };
    // Commands about a job are repeated where the refusal may pass: any other is an error of this job.
    const whileRefused = <A extends unknown[], R>(act: (...args: A) => Promise<R>) => {
      return (...args: A): Promise<R> => retryRefused(() => act.apply(backend, args), refused, mayPass);
    };
    const { execCommand } = backend;
    backend.execCommand = (...args) => {
      const reply: unknown = execCommand.apply(backend, args);
      return reply instanceof Promise ? reply.then(withReadableFields) : reply;
    };
    const { extendLocks, moveStalledJobsToWait, moveToActive, moveToCompleted, moveToFailed, updateData } = backend;
    backend.moveToActive = whileTaking(moveToActive);
    backend.moveStalledJobsToWait = whileTaking(moveStalledJobsToWait);
    backend.extendLocks = whileTaking(extendLocks);
    backend.updateData = whileRefused(updateData);
    backend.moveToFailed = whileRefused(moveToFailed);
    backend.moveToCompleted = whileRefused(async (...args) => {
      try {
        return await moveToCompleted.apply(backend, args);
      } catch (error) {
        // The lock may have expired while Redis refused or was unreachable. If no other machine has taken the job, it is locked again.
        const [job, , , token] = args;
        if ((error as { code?: unknown }).code !== NO_LOCK || !(await lock(job.id!, token))) throw error;
        return moveToCompleted.apply(backend, args);
      }
    });
    return backend;
  };

/** Fields that BullMQ parses of each job that it takes; where they are empty, it has defaults. */
const PARSED: readonly unknown[] = ['opts', 'progress'];

/** The reply of a command that may take a job: that is then its first entry, as a list of names and values. */
function withReadableFields(reply: unknown): unknown {
  const fields: unknown = Array.isArray(reply) ? reply[0] : undefined;
  if (!Array.isArray(fields)) return reply;
  for (let at = 0; at < fields.length; at += 2)
    if (PARSED.includes(fields[at]) && !isReadable(fields[at + 1])) fields[at + 1] = '';
  return reply;
}

function isReadable(text: unknown): boolean {
  try {
    return JSON.parse(String(text)) !== null;
  } catch {
    return false;
  }
}
