/** The names of keys and channels in Redis, those of BullMQ and our own. */

/** The names in Redis of one queue. */
export class QueueKeys {
  readonly #base: string;

  constructor(prefix: string, queue: string) {
    this.#base = `${prefix}:${queue}`;
  }

  /** The pattern of all keys, for access rights. */
  get keys(): string {
    return `${this.#base}:*`;
  }

  /** The pattern of all channels, for access rights. */
  get channels(): string {
    return `${this.#base}:rxjs-parallel:*`;
  }

  /** The hash of a job. */
  job(id: string): string {
    return `${this.#base}:${id}`;
  }

  /** The lock of a job: the token of the machine that runs it. */
  lock(id: string): string {
    return `${this.#base}:${id}:lock`;
  }

  /**
   * The heartbeat of a run: a hash that expires when its producer no longer renews it. Jobs of a run without one have no
   * owner. Its field `since` is the time of the last beat; each other field is a cancelled job, with its first cancelled task.
   */
  alive(run: string): string {
    return `${this.#base}:rxjs-parallel:${run}`;
  }

  /** The channel from machines to a run: names of jobs that have ended, and reports of tasks (`reportOf`). */
  ended(run: string): string {
    return `${this.#base}:rxjs-parallel:ended:${run}`;
  }

  /** The channel to all machines: a cancelled job, and the first of its tasks that is. */
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

/** The run of a job; undefined where the job was not added by a pool of ours. */
export function runOf(jobId: string): string | undefined {
  return /^(r[0-9a-f]+)-\d+$/.exec(jobId)?.[1];
}
