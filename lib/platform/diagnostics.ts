/** What Node's `diagnostics_channel` is told of pools: for those who watch a whole process, as tracers do. */
import { channel, tracingChannel } from 'node:diagnostics_channel';

const tasks = tracingChannel<unknown, object>('rxjs-parallel:task');
const workerStart = channel('rxjs-parallel:worker:start');
const workerExit = channel('rxjs-parallel:worker:exit');
const made = channel('rxjs-parallel:pool');
/** Of tasks that run, what they were told to begin with. */
const traces = new WeakMap<object, TaskTrace>();
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

type TaskStart = Pick<TaskTrace, 'worker' | 'stream' | 'index' | 'method'> & { readonly time: number };

export interface Diagnostics {
  /** Whether anybody wants to hear of tasks or workers. */
  readonly observed: boolean;
  /** A pool has been made. */
  pool(pool: object): void;
  /** A worker has started, or is gone. */
  worker(pool: string | undefined, event: { readonly type: 'worker:start' | 'worker:exit' }): void;
  taskStart(pool: string | undefined, task: { readonly input: unknown }, event: TaskStart): void;
  /** `error`: what it has failed with. */
  taskEnd(task: object, time: number, outcome: string, error: unknown): void;
}

export const diagnostics: Diagnostics = {
  get observed(): boolean {
    return all.some(({ hasSubscribers }) => hasSubscribers);
  },

  pool(pool: object): void {
    made.publish({ pool });
  },

  worker(pool, { type, ...about }): void {
    (type === 'worker:start' ? workerStart : workerExit).publish({ pool, ...about });
  },

  taskStart(pool, task, { index, method, stream, time, worker }): void {
    const trace: TaskTrace = { pool, worker, stream, index, method, input: task.input, startTime: time };
    traces.set(task, trace);
    tasks.start.publish(trace);
    tasks.end.publish(trace);
  },

  taskEnd(task: object, time: number, outcome: string, error: unknown): void {
    const trace = traces.get(task);
    if (trace === undefined) return;
    traces.delete(task);
    trace.endTime = time;
    trace.outcome = outcome;
    if (outcome !== 'value' && outcome !== 'cancel') {
      trace.error = error;
      tasks.error.publish(trace);
    }
    tasks.asyncStart.publish(trace);
    tasks.asyncEnd.publish(trace);
  },
};
