/** A worker from its start to its end, as a pool sees it. */
import { CELL, SLOTS } from '../../protocol/batchCell.ts';
import { INIT, type InitMessage } from '../../protocol/messages.ts';
import type { SpawnedThread } from '../../threadsjs/threads.ts';
import type { Description } from '../../pool/contract.ts';
import type { WorkerMonitor } from './workerMonitor.ts';

/** Where a pool's workers come from. */
export interface WorkerFactory {
  /** `kept`: calls that it makes before its first task; those who lend workers make none. */
  open(kept: readonly Description[]): PendingWorker;
}

/** A worker that is coming up. */
export interface PendingWorker {
  /** Rejects with `WorkerInitError`. */
  readonly ready: Promise<WorkerConnection>;
  /** Whether the wait for it keeps the Node process alive. */
  hold(alive: boolean): void;
  /** Gives up on it. */
  end(): Promise<void>;
}

/** A worker that is up. */
export interface WorkerConnection {
  readonly monitor: WorkerMonitor;
  /** Which worker it is, after "The worker" in its errors. */
  readonly label: string;
  /** threads.js's thread, which calls a plain worker task by task; undefined where `expose` is ours, which takes batches. */
  readonly plain: SpawnedThread | undefined;
  /** Shared with the worker, where memory can be. */
  readonly cells: Int32Array | undefined;
  /** How many of the kept calls it has made; default: none. */
  readonly prepared?: number;
  /** Whether the worker keeps the Node process alive. */
  hold(alive: boolean): void;
  /** A message that is not ours is threads.js's. */
  deliver(data: unknown): void;
  /** Ends the worker, or gives it back to where it came from; resolves when that is done. */
  end(): Promise<void>;
  /** Ends the worker, whatever it does. */
  kill(): Promise<void>;
}

/** What is the same of every connection; `plain` where the worker takes no batches. */
export function connectionTo(
  monitor: WorkerMonitor,
  label: string,
  plain: SpawnedThread | undefined,
): Pick<WorkerConnection, 'monitor' | 'label' | 'plain' | 'cells'> {
  const shared = plain === undefined && typeof SharedArrayBuffer === 'function';
  const cells = shared ? new Int32Array(new SharedArrayBuffer(4 * CELL * SLOTS)) : undefined;
  if (plain === undefined) monitor.post({ type: INIT, cells } satisfies InitMessage);
  return { monitor, label, plain, cells };
}
