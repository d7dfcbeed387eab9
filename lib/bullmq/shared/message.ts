/** The data of a job, on its way to a machine (request) and back (result), and the check of both. */
import { ParallelError } from '../../api/errors.ts';
import { show } from '../../api/checks.ts';

/** The version of these layouts: a machine refuses jobs of another. */
export const LAYOUT = 2;

/** Calls on their way to a machine. Each array has one entry per task. */
export interface JobRequest {
  readonly layout: typeof LAYOUT;
  /** The run they belong to (`QueueKeys.alive`). */
  readonly run: string;
  readonly methods: readonly string[];
  /** The arguments, as texts of `codec`. */
  readonly args: readonly string[];
  readonly indices: readonly number[];
  /** Whether they may run side by side. */
  readonly spread: boolean;
  readonly timeout: number | null;
  /** null: no limit. */
  readonly terminateAfter: number | null;
  /** What `carry` of the pool returned, as texts; absent: nothing. */
  readonly carried?: readonly string[];
  /** Whether the producer wants reports of tasks; absent: no. */
  readonly reports?: boolean;
  /** Whether other tasks wait for the end of each, because of `key`; absent: no. */
  readonly keyed?: boolean;
  /** The priority of the stream; absent: 0. */
  readonly priority?: number;
}

/** The outcome of a task: it returned, it threw, its worker died, or it has not run. */
export type TaskStatus = 'value' | 'error' | 'crash' | 'unrun';

/** Most tasks of a job. A pool puts up to 1024 into one; each costs a machine some time even where it cannot be decoded. */
const MOST_TASKS = 10_000;

const STATUSES: readonly TaskStatus[] = ['value', 'error', 'crash', 'unrun'];

/** Outcomes on their way back. The result takes the place of the request in the job. */
export interface JobResult {
  readonly layout: typeof LAYOUT;
  readonly fates: readonly TaskStatus[];
  /** The value, or what was thrown, as texts of `codec`. */
  readonly values: readonly string[];
  /** Start and end of each task, ms since the epoch. */
  readonly times: readonly number[];
  /** Milliseconds that the tasks took in the workers of the machine. */
  readonly ms: number;
  /** The error for which the machine can run nothing, as a text of `codec`; null: none. */
  readonly unable: string | null;
}

export const jobRequest = (content: Omit<JobRequest, 'layout'>): JobRequest => ({ layout: LAYOUT, ...content });
export const jobResult = (content: Omit<JobResult, 'layout'>): JobResult => ({ layout: LAYOUT, ...content });

/** The data of a job, checked. @throws ParallelError: it was not made by this library, in this layout */
export function requestOrResult(data: unknown): JobRequest | JobResult {
  const found = data as Partial<JobRequest & JobResult> | null | undefined;
  if (typeof found !== 'object' || found === null || found.layout !== LAYOUT)
    throw new ParallelError(
      `The job was not made by this version of rxjs-parallel (its layout is ${show(found?.layout)}, not ${LAYOUT})`,
    );
  if (isResult(found as JobRequest | JobResult)) return sound(isSoundResult(found), found as JobResult);
  const { args, carried, indices, methods, priority, run, terminateAfter, timeout } = found;
  const count = Array.isArray(methods) ? methods.length : -1;
  const isSound =
    count <= MOST_TASKS &&
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

function isSoundResult({ fates, ms, times, unable, values }: Partial<JobResult>): boolean {
  const count = Array.isArray(fates) ? fates.length : -1;
  return (
    count <= MOST_TASKS &&
    isArrayOf(fates, count, (each) => STATUSES.includes(each as TaskStatus)) &&
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

/** A report of a task, as a message on the channel of its run: the job, the place of the task in it, the value as text. */
export const reportText = (id: string, seq: number, text: string): string => `${id} ${seq} ${text}`;

/** The inverse of `reportText`; undefined for any other message. */
export function reportOf(message: string): { id: string; seq: number; text: string } | undefined {
  const [, id, seq, text] = /^(\S+) (\d+) ([^]*)$/.exec(message) ?? [];
  return id === undefined ? undefined : { id, seq: Number(seq), text: text! };
}
