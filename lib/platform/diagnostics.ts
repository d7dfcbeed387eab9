/** What Node's `diagnostics_channel` is told of pools: for those who watch a whole process, as tracers do. */
import { channel, tracingChannel } from 'node:diagnostics_channel';

const tasks = tracingChannel<unknown, object>('rxjs-parallel:task');
const workerStart = channel('rxjs-parallel:worker:start');
const workerExit = channel('rxjs-parallel:worker:exit');
const made = channel('rxjs-parallel:pool');
const all = [tasks.start, tasks.end, tasks.asyncStart, tasks.asyncEnd, tasks.error, workerStart, workerExit];

/** The context of a task: one object, from its start to its end. */
export interface TaskTrace {
  readonly pool: string | undefined;
  readonly worker: number;
  readonly stream: number;
  readonly index: number;
  readonly method: string;
  /** The value that the task is for; undefined of a call. */
  readonly input: unknown;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  endTime?: number;
  outcome?: string;
  error?: unknown;
}

export interface Diagnostics {
  /** Whether anybody wants to hear of tasks or workers. */
  readonly observed: boolean;
  /** A pool has been made. */
  pool(pool: object): void;
  workerStart(message: object): void;
  workerExit(message: object): void;
  taskStart(trace: TaskTrace): void;
  /** Its `outcome` and `endTime` are there now. */
  taskEnd(trace: TaskTrace): void;
}

export const diagnostics: Diagnostics = {
  get observed(): boolean {
    return all.some(({ hasSubscribers }) => hasSubscribers);
  },

  pool(pool: object): void {
    made.publish({ pool });
  },

  workerStart(message: object): void {
    workerStart.publish(message);
  },

  workerExit(message: object): void {
    workerExit.publish(message);
  },

  taskStart(trace: TaskTrace): void {
    tasks.start.publish(trace);
    tasks.end.publish(trace);
  },

  taskEnd(trace: TaskTrace): void {
    if (trace.outcome !== 'value' && trace.outcome !== 'cancel') tasks.error.publish(trace);
    tasks.asyncStart.publish(trace);
    tasks.asyncEnd.publish(trace);
  },
};
