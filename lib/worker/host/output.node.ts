/**
 * What a thread prints, on its way to the host. Node sends the first write at once; those that follow wait in the thread
 * until the host has confirmed that one, and are lost where the thread is terminated meanwhile.
 */

interface Printing {
  readonly constructor?: { readonly name?: string };
  _writev?(chunks: readonly unknown[], confirmed: (error?: Error | null) => void): void;
}

/** What has been sent and is not confirmed: to call one lets the rest of its stream follow. */
const unconfirmed = new Set<() => void>();

/** From now on `sendPrinted` has something to do; elsewhere than in Node what is printed waits for nobody. */
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

/** Sends all that has been printed: what is posted after it comes after it. */
export function sendPrinted(): void {
  if (unconfirmed.size > 0) for (const confirm of [...unconfirmed]) confirm();
}
