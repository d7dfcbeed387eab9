/** A job as its producer has it: the tasks in it, and what has become of them so far. */
import { monotonic, now } from '../../primitives/clock.ts';
import type { Task, TaskSource } from '../../pool/contract.ts';
import { write } from '../shared/codec.ts';
import type { JobRequest } from '../shared/message.ts';
import type { JobAttachment } from './jobAttachment.ts';

export class Job {
  readonly attachment: JobAttachment;
  /** The number of the slot that it takes. */
  readonly slot: number;
  readonly tasks: readonly Task[];
  readonly request: Omit<JobRequest, 'layout' | 'run'>;
  /** Whether its tasks were in a job that was lost: it then goes to the head of the queue. */
  readonly again: boolean;
  /** When it was made, in ms since the epoch. */
  readonly sent: number = now();
  /** The same on the monotonic clock. */
  readonly posted: number = monotonic();
  /** The tasks from this place on are cancelled: nobody waits for their outcomes. */
  cancelledFrom: number = Infinity;
  /** Its id in the queue; empty until its session has given it one. */
  id: string = '';
  /** Its number in its session; -1 until the session has given it one. */
  number: number = -1;
  /** Whether Redis has acknowledged it. */
  added: boolean = false;

  constructor(
    attachment: JobAttachment,
    slot: number,
    tasks: readonly Task[],
    request: Omit<JobRequest, 'layout' | 'run'>,
    again: boolean,
  ) {
    this.attachment = attachment;
    this.slot = slot;
    this.tasks = tasks;
    this.request = request;
    this.again = again;
  }

  /** Its tasks without the cancelled ones. */
  get waited(): readonly Task[] {
    return this.tasks.slice(0, this.cancelledFrom);
  }

  /** Whether all of its tasks are cancelled. */
  get cancelled(): boolean {
    return this.cancelledFrom === 0;
  }
}

/** The request of a job. `args`: the arguments of each task, as texts. `observed`: whether the events of the pool have a listener. */
export function requestOf(
  { concurrency, priority = 0, reports, terminateAfter, timeout }: TaskSource,
  tasks: readonly Task[],
  args: readonly string[],
  observed: boolean,
  maxPayload: number,
): Omit<JobRequest, 'layout' | 'run'> {
  return {
    methods: tasks.map(({ method }) => method),
    args,
    indices: tasks.map(({ index }) => index),
    // `concurrency` limits jobs: the tasks of one then run one after another.
    spread: concurrency === Infinity,
    timeout: timeout ?? null,
    terminateAfter: terminateAfter === Infinity ? null : terminateAfter,
    ...(priority === 0 ? {} : { priority }),
    ...(tasks.some(({ carried }) => carried !== undefined)
      ? { carried: tasks.map(({ carried }) => write(carried, 'What carry returned', maxPayload)) }
      : {}),
    ...(reports === true || observed ? { reports: true } : {}),
    ...('key' in tasks[0]! ? { keyed: true } : {}),
  };
}
