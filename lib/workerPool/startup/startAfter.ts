/** A worker that is started after an asynchronous preparation. */
import { notMade } from './startFailure.ts';
import type { PendingWorker, WorkerConnection } from './workerConnection.ts';
import type { Label } from './workerLabel.ts';

/** Starts a worker with `open` when `prepared` has resolved, unless it was ended before. */
export function startAfter(prepared: Promise<unknown>, open: () => PendingWorker, label: Label): PendingWorker {
  let pending: PendingWorker | undefined;
  let wanted = true;
  const begin = (): Promise<WorkerConnection> => {
    if (!wanted) throw notMade(new Error('it is no longer wanted'), label());
    pending = open();
    return pending.ready;
  };
  return {
    ready: prepared.then(begin, (cause: unknown) => {
      throw notMade(cause, label());
    }),
    // Only pages prepare anything, and they have no process to keep alive.
    hold() {},
    async end() {
      wanted = false;
      await pending?.end();
    },
  };
}
