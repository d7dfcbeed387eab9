/** The channels of Node's `diagnostics_channel` about pools, for tracers and others that watch a whole process. */
import { channel, tracingChannel } from 'node:diagnostics_channel';

const tasks = tracingChannel<unknown, object>('rxjs-parallel:task');
const workerStart = channel('rxjs-parallel:worker:start');
const workerExit = channel('rxjs-parallel:worker:exit');
const made = channel('rxjs-parallel:pool');
/** The trace of each running task. */
const traces = new WeakMap<object, TaskTrace>();
const all = [tasks.start, tasks.end, tasks.asyncStart, tasks.asyncEnd, tasks.error, workerStart, workerExit];

/** The context of a task for tracers: one object from its start to its end. */
export interface TaskTrace {
  readonly pool: string | undefined;
  readonly worker: number;
  readonly stream: number;
  readonly index: number;
  readonly method: string;
  /** The value of the task; undefined for a call of `pool.run`. */
  readonly input: unknown;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  endTime?: number;
  outcome?: string;
  error?: unknown;
}

type TaskStart = Pick<TaskTrace, 'worker' | 'stream' | 'index' | 'method'> & { readonly time: number };

export interface Diagnostics {
  /** Whether anybody is subscribed to events of tasks or workers. */
  readonly observed: boolean;
  /** A pool has been made. */
  pool(pool: object): void;
  /** A worker has started or ended. */
  worker(pool: string | undefined, event: { readonly type: 'worker:start' | 'worker:exit' }): void;
  taskStart(pool: string | undefined, task: { readonly input: unknown }, event: TaskStart): void;
  /** `error`: what the task failed with. */
  taskEnd(task: object, time: number, outcome: string, error: unknown): void;
}

export const diagnostics: Diagnostics = {
  get observed(): boolean {
    for (const { hasSubscribers } of all) if (hasSubscribers) return true;
    return false;
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
