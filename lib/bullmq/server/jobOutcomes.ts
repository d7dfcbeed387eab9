/** The outcomes of the tasks of a job, collected for its result. */
import { now } from '../../primitives/clock.ts';
import { type JobResult, type TaskStatus, jobResult } from '../shared/message.ts';

/**
 * The most characters that the values of a result have together; a task whose value exceeds that counts as not run. 256 Mi is
 * half of the longest string of V8: the texts are escaped once more when the result is written.
 */
const MOST_TOGETHER = 256 * 1024 * 1024;

export class JobOutcomes {
  readonly #statuses: (TaskStatus | undefined)[];
  readonly #values: string[];
  readonly #times: number[];
  /** The first task without an outcome. */
  #open = 0;
  #length = 0;
  /** When the last task ended, or the job began: taken as the start of the next, which is right where they run one after another. */
  #since = now();

  constructor(count: number) {
    this.#statuses = Array.from({ length: count }, () => undefined);
    this.#values = Array.from({ length: count }, () => '');
    this.#times = Array.from({ length: 2 * count }, () => 0);
  }

  begin(): void {
    this.#since = now();
  }

  add(seq: number, status: TaskStatus, text: string): void {
    const ended = now();
    this.#times[2 * seq] = this.#since;
    this.#times[2 * seq + 1] = ended;
    this.#since = ended;
    this.#length += text.length;
    const fits = this.#length <= MOST_TOGETHER || this.#length === text.length;
    this.#statuses[seq] = fits ? status : 'unrun';
    if (fits) this.#values[seq] = text;
  }

  /** Whether each task before the one with this number has its outcome. */
  complete(before: number): boolean {
    while (this.#statuses[this.#open] !== undefined) this.#open++;
    return this.#open >= Math.min(before, this.#statuses.length);
  }

  /** The result of the job, at this moment; `unable`: why the pool can run nothing, as text. */
  result(ms: number, unable: string | null): JobResult {
    const fates = this.#statuses.map((status) => status ?? 'unrun');
    return jobResult({ fates, values: this.#values, times: this.#times, ms, unable });
  }
}
