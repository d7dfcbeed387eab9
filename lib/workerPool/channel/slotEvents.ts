/** The events of a worker slot, and of the channel of its present worker, for the dispatcher. */
import type { WorkerInitError } from '../../api/errors.ts';

export interface SlotEvents {
  /** A worker may have room, or a stream tasks. */
  changed(): void;
  /** No worker came up. */
  failed(error: WorkerInitError): void;
  /** The worker has delivered for the first time. */
  proved(): void;
  /**
   * The worker has died, or was given up; `fruitless`: it had begun no task. `ended` resolves when the thread has ended.
   * `replaced`: whether the next worker of the pool replaces it.
   */
  exited(fruitless: WorkerInitError | undefined, ended: Promise<void>, replaced: boolean): void;
  /** `count` tasks have settled `latency` ms after their values came, and ran for `run` ms each. */
  ran(latency: number, run: number, count: number): void;
  /** `count` tasks that were waited for came back; `failures` have failed, whether they came back or were lost. */
  settled(count: number, failures: number): void;
}
