/** A worker as a pool sees it: its factory, the pending worker, and the connection to one that is up. */
import { CELL, SLOTS } from '../../protocol/batchCell.ts';
import { INIT, type InitMessage } from '../../protocol/messages.ts';
import type { SpawnedThread } from '../../threadsjs/threads.ts';
import type { Description } from '../../pool/contract.ts';
import type { WorkerMonitor } from './workerMonitor.ts';

/** The source of a pool's workers. */
export interface WorkerFactory {
  /** `kept`: calls that the worker makes before its first task; leased threads make none. */
  open(kept: readonly Description[]): PendingWorker;
}

/** A worker that is starting. */
export interface PendingWorker {
  /** Rejects with `WorkerInitError`. */
  readonly ready: Promise<WorkerConnection>;
  /** Whether the wait for it keeps the Node process alive. */
  hold(alive: boolean): void;
  /** Abandons the start. */
  end(): Promise<void>;
}

/** A worker that is up. */
export interface WorkerConnection {
  readonly monitor: WorkerMonitor;
  /** Describes the worker, after "The worker" in its errors. */
  readonly label: string;
  /** The thread of threads.js through which a plain worker is called; undefined for a worker that accepts batches. */
  readonly plain: SpawnedThread | undefined;
  /** The cells shared with the worker, where memory can be shared. */
  readonly cells: Int32Array | undefined;
  /** How many kept calls the worker has made; default: none. */
  readonly prepared?: number;
  /** Whether the worker keeps the Node process alive. */
  hold(alive: boolean): void;
  /** Passes a message that is not ours to threads.js. */
  deliver(data: unknown): void;
  /** Ends an idle worker, or gives it back to its owner; resolves when that is done. */
  end(): Promise<void>;
  /** Ends the worker, also in the middle of a task. */
  kill(): Promise<void>;
}

/** The part that all connections share; `plain`: the thread, where the worker accepts no batches. */
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
