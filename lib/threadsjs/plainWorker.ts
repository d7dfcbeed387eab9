/** Plain workers, connected and called by threads.js. */
import { CloneError, programError } from '../api/errors.ts';
import { Transfer } from '../api/transfer.ts';
import type { Task } from '../pool/contract.ts';
import { remoteError } from '../protocol/remoteError.ts';
import { loadThreads } from './loadThreads.ts';
import type { SpawnedThread } from './threads.ts';

/** A worker that `WorkerMonitor` listens to. */
interface WatchedWorker {
  post(message: unknown, transfer?: readonly unknown[]): void;
  end(): Promise<void>;
}

type Listener = (event: { data: unknown }) => void;

/** A worker that threads.js has connected. */
export interface PlainWorker {
  readonly thread: SpawnedThread;
  /** Passes a message of the worker to threads.js. */
  deliver(data: unknown): void;
  end(): Promise<void>;
}

/** Lets threads.js connect a worker whose first message, `init`, has come. */
export async function spawnPlain(worker: WatchedWorker, init: unknown): Promise<PlainWorker> {
  const { spawn, terminate } = await loadThreads();
  const listeners = new Set<Listener>();
  const deliver = (data: unknown): void => {
    for (const listener of [...listeners]) listener({ data });
  };
  // The four methods of a worker that threads.js uses. It receives what is delivered, and does not listen to the worker.
  const endpoint = {
    addEventListener(event: string, listener: Listener): void {
      if (event === 'message') listeners.add(listener);
    },
    removeEventListener(_event: string, listener: Listener): void {
      listeners.delete(listener);
    },
    postMessage: (message: unknown, transfer?: readonly unknown[]): void => worker.post(message, transfer),
    terminate: (): Promise<void> => worker.end(),
  };
  // threads.js waits for this message, which is here already: its own timer neither runs out nor outlives this call.
  const spawned = spawn(endpoint, { timeout: 2 ** 31 - 1 });
  deliver(init);
  const thread = await spawned;
  return { thread, deliver, end: () => terminate(thread) };
}

/** The outcome of a call. */
export interface Outcome {
  readonly failed: boolean;
  /** The result, or the thrown value. */
  readonly value: unknown;
}

export async function callPlain(thread: SpawnedThread, task: Task, callSite: Error | undefined): Promise<Outcome> {
  try {
    const method = Object.hasOwn(thread, task.method) ? thread[task.method] : undefined;
    if (typeof method !== 'function') {
      const what =
        typeof thread === 'function' ? 'one function, not an object of them' : Object.keys(thread).join(', ');
      throw programError(`The worker exposes no method "${task.method}"; it exposes ${what}`);
    }
    const [first, ...rest] = task.args;
    const moved = task.transfer === undefined ? task.args : [Transfer(first, task.transfer as object[]), ...rest];
    return { failed: false, value: await method(...moved) };
  } catch (error) {
    return { failed: true, value: plainError(error, callSite) };
  }
}

const MARK = {};

/** The error that a plain worker threw: threads.js transmits only its name, message and stack. */
export function plainError(error: unknown, callSite?: Error): unknown {
  // In the worker threads.js treats a result that cannot be sent as an error, which arrives under this name.
  if (error instanceof Error && error.name === 'DataCloneError')
    return new CloneError(`A value cannot cross between threads: ${error.message}`, { cause: error });
  const packed = error as { __error_marker?: unknown; name?: string; message?: string; stack?: string } | null;
  const isError = error instanceof Error || (typeof packed === 'object' && packed?.__error_marker === '$$error');
  if (!isError) return error;
  const { name = 'Error', message = '', stack } = packed as Partial<Error>;
  return remoteError(
    {
      kind: 'graph',
      value: MARK,
      errors: [{ name, message, stack, of: name, ours: false, own: [] }],
      marks: [MARK],
    },
    callSite,
  );
}
