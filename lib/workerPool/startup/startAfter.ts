/** A worker that is started once something has been prepared for it. */
import { notMade } from './startFailure.ts';
import type { PendingWorker, WorkerConnection } from './workerConnection.ts';
import type { Label } from './workerLabel.ts';

/** Starts it with `open` once `prepared` has resolved, if it is wanted then. */
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
    // Only pages have to prepare anything, and nothing holds those.
    hold() {},
    async end() {
      wanted = false;
      await pending?.end();
    },
  };
}
