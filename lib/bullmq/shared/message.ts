/** What is in a job, on its way to a machine and back, and under which names in Redis. */
import { ParallelError } from '../../api/errors.ts';
import { show } from '../../api/options.ts';

/** The layout of what follows: a machine refuses jobs of another. */
export const LAYOUT = 2;

/** Calls on their way to a machine: one entry a task. */
export interface JobRequest {
  readonly layout: typeof LAYOUT;
  /** Whose they are: see `Names.alive`. */
  readonly run: string;
  readonly methods: readonly string[];
  /** The arguments of each, as text. */
  readonly args: readonly string[];
  readonly indices: readonly number[];
  /** Whether they may run side by side. */
  readonly spread: boolean;
  readonly timeout: number | null;
  /** null: never. */
  readonly terminateAfter: number | null;
  /** What the pool's `carry` has given for each, as text; absent: nothing. */
  readonly carried?: readonly string[];
  /** Whether what tasks report is wanted; absent: no. */
  readonly reports?: boolean;
  /** Whether others wait for each to have ended, in time or not (`key`); absent: no. */
  readonly keyed?: boolean;
  /** That of the stream; absent: 0. */
  readonly priority?: number;
}

/** What became of a task: its value, what it threw, its worker died, or it has not run. */
export type TaskStatus = 'value' | 'error' | 'crash' | 'unrun';

const FATES: readonly TaskStatus[] = ['value', 'error', 'crash', 'unrun'];

/** Outcomes on their way back, in the place of the order. */
export interface JobResult {
  readonly layout: typeof LAYOUT;
  readonly fates: readonly TaskStatus[];
  /** The value, or what was thrown, as text. */
  readonly values: readonly string[];
  /** Start and end of each task, ms since the epoch. */
  readonly times: readonly number[];
  /** Milliseconds that these took in the machine's workers. */
  readonly ms: number;
  /** Why the machine cannot run anything, as text. */
  readonly unable: string | null;
}

export const jobRequest = (content: Omit<JobRequest, 'layout'>): JobRequest => ({ layout: LAYOUT, ...content });
export const jobResult = (content: Omit<JobResult, 'layout'>): JobResult => ({ layout: LAYOUT, ...content });

/** A job's data, if it was made by this library in this layout. */
export function requestOrResult(data: unknown): JobRequest | JobResult {
  const found = data as Partial<JobRequest & JobResult> | null | undefined;
  if (typeof found !== 'object' || found === null || found.layout !== LAYOUT)
    throw new ParallelError(
      `The job was not made by this version of rxjs-parallel (its layout is ${show(found?.layout)}, not ${LAYOUT})`,
    );
  if (isResult(found as JobRequest | JobResult)) return sound(isSoundReport(found), found as JobResult);
  const { args, carried, indices, methods, priority, run, terminateAfter, timeout } = found;
  const count = Array.isArray(methods) ? methods.length : -1;
  const isSound =
    isName(run) &&
    isArrayOf(methods, count, (each) => typeof each === 'string') &&
    isArrayOf(args, count, (each) => typeof each === 'string') &&
    (carried === undefined || isArrayOf(carried, count, (each) => typeof each === 'string')) &&
    isArrayOf(indices, count, (each) => Number.isSafeInteger(each)) &&
    (priority === undefined || Number.isFinite(priority)) &&
    (timeout === null || isTime(timeout)) &&
    (terminateAfter === null || isTime(terminateAfter));
  return sound(isSound, found as JobRequest);
}

function sound<T>(isSound: boolean, found: T): T {
  if (!isSound) throw new ParallelError('The job is not as rxjs-parallel makes them');
  return found;
}

function isSoundReport({ fates, ms, times, unable, values }: Partial<JobResult>): boolean {
  const count = Array.isArray(fates) ? fates.length : -1;
  return (
    isArrayOf(fates, count, (each) => FATES.includes(each as TaskStatus)) &&
    isArrayOf(values, count, (each) => typeof each === 'string') &&
    isArrayOf(times, 2 * count, Number.isFinite) &&
    isTime(ms) &&
    (unable === null || typeof unable === 'string')
  );
}

export function isResult(data: JobRequest | JobResult): data is JobResult {
  return 'fates' in data;
}

const isName = (value: unknown): boolean => typeof value === 'string' && /^r[0-9a-f]+$/.test(value);
const isTime = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < 2 ** 31;

function isArrayOf(value: unknown, count: number, is: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length === count && value.every(is);
}

/** Names in Redis, beside BullMQ's own. */
export class QueueKeys {
  readonly #base: string;

  constructor(prefix: string, queue: string) {
    this.#base = `${prefix}:${queue}`;
  }

  /** All keys, as a pattern. */
  get keys(): string {
    return `${this.#base}:*`;
  }

  /** All channels, as a pattern. */
  get channels(): string {
    return `${this.#base}:rxjs-parallel:*`;
  }

  /** A job. */
  job(id: string): string {
    return `${this.#base}:${id}`;
  }

  /** Whose a job is, while it runs. */
  lock(id: string): string {
    return `${this.#base}:${id}:lock`;
  }

  /**
   * A hash that is there while the process is that made the run: what is left of a run without it is nobody's.
   * Its fields are the jobs that are cancelled, and from which task on.
   */
  alive(run: string): string {
    return `${this.#base}:rxjs-parallel:${run}`;
  }

  /** The channel on which servers tell a run that a job has ended (its name), and what a task has reported (see `reportOf`). */
  ended(run: string): string {
    return `${this.#base}:rxjs-parallel:ended:${run}`;
  }

  /** The channel on which servers are told what is cancelled. */
  get cancelled(): string {
    return `${this.#base}:rxjs-parallel:cancelled`;
  }

  get completed(): string {
    return `${this.#base}:completed`;
  }

  get failed(): string {
    return `${this.#base}:failed`;
  }
}

/** What a task of a job has reported, on the channel of its run: the job's name, the task's place in it, the value as text. */
export const reportText = (id: string, seq: number, text: string): string => `${id} ${seq} ${text}`;

/** Undefined for what is no report. */
export function reportOf(message: string): { id: string; seq: number; text: string } | undefined {
  const [, id, seq, text] = /^(\S+) (\d+) ([^]*)$/.exec(message) ?? [];
  return id === undefined ? undefined : { id, seq: Number(seq), text: text! };
}

/** The run that a job belongs to; undefined for a job of somebody else's. */
export function runOf(jobId: string): string | undefined {
  return /^(r[0-9a-f]+)-\d+$/.exec(jobId)?.[1];
}
