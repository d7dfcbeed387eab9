/** What a worker slot, and the channel of its present worker, tell the dispatcher. */
import type { WorkerInitError } from '../../api/errors.ts';

export interface SlotEvents {
  /** An outcome, or the room for one, has changed. */
  changed(): void;
  /** No worker came up. */
  failed(error: WorkerInitError): void;
  /** The worker has delivered for the first time. */
  proved(): void;
  /**
   * The worker was lost; `fruitless` if that was before it had begun anything. It is gone when `ended` resolves. Whether
   * another is to take its place.
   */
  exited(fruitless: WorkerInitError | undefined, ended: Promise<void>, replaced: boolean): void;
  /** `count` tasks have come to an outcome `latency` ms after their values came, of which each ran for `run`. */
  ran(latency: number, run: number, count: number): void;
  /** `count` tasks that somebody waits for came back; `failures` have failed, whether they came back or not. */
  settled(count: number, failures: number): void;
}
