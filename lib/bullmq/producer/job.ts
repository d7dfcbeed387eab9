/** Tasks that travel in one job. */
import { monotonic, now } from '../../primitives/clock.ts';
import type { Task, TaskSource } from '../../pool/contract.ts';
import { write } from '../shared/codec.ts';
import type { JobRequest } from '../shared/message.ts';
import type { JobAttachment } from './jobAttachment.ts';

export class Job {
  readonly attachment: JobAttachment;
  /** Which of the pool's places it takes. */
  readonly slot: number;
  readonly tasks: readonly Task[];
  readonly request: Omit<JobRequest, 'layout' | 'run'>;
  /** Whether its tasks were in a job that was lost: it is then next. */
  readonly again: boolean;
  /** When it was made, in ms since the epoch. */
  readonly sent: number = now();
  /** The same on the monotonic clock. */
  readonly posted: number = monotonic();
  /** Tasks from here on are cancelled: whatever becomes of them, nobody waits for it. */
  cancelledFrom: number = Infinity;
  /** Its name in the queue, once it has one. */
  id: string = '';
  /** The number of the job in its session. */
  number: number = -1;
  /** Whether it has reached Redis. */
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

  /** Tasks in it that somebody waits for. */
  get waited(): readonly Task[] {
    return this.tasks.slice(0, this.cancelledFrom);
  }

  /** Whether nobody waits for anything in it. */
  get cancelled(): boolean {
    return this.cancelledFrom === 0;
  }
}

/** What a job asks of the machine that takes it. `args`: those of each task, as texts. `observed`: whether somebody listens to the events of the pool. */
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
    // With a limit, a job counts as one of those that run at once.
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
