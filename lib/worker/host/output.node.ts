/**
 * The output that a thread prints, on its way to the host. Node sends the first write at once; the following ones wait in the
 * thread until the host has confirmed the first, and never arrive if the thread is terminated before.
 */

interface Printing {
  readonly constructor?: { readonly name?: string };
  _writev?(chunks: readonly unknown[], confirmed: (error?: Error | null) => void): void;
}

/** The writes that were sent and are not confirmed: calling one lets the rest of its stream follow. */
const unconfirmed = new Set<() => void>();

/** Watches the writes of the thread for `sendPrinted`. On other hosts than Node output does not wait. */
export function watchPrinted(): void {
  for (const stream of [process.stdout, process.stderr] as readonly Printing[]) {
    const write = stream._writev;
    if (write === undefined || stream.constructor?.name !== 'WritableWorkerStdio') continue;
    stream._writev = (chunks, confirmed) => {
      const once = (error?: Error | null): void => {
        if (unconfirmed.delete(once)) confirmed(error);
      };
      unconfirmed.add(once);
      write.call(stream, chunks, once);
    };
  }
}

/** Sends everything that was printed, so that it arrives before messages that are posted later. */
export function sendPrinted(): void {
  if (unconfirmed.size > 0) for (const confirm of [...unconfirmed]) confirm();
}
