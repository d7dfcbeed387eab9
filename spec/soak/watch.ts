/** Watches the process: its threads, and what must never happen in it. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { config } from 'rxjs';
import type { Ledger } from './ledger.ts';

const { terminate } = Worker.prototype;

/** Ends a worker behind the library's back. */
export const assault = (worker: Worker): void => void terminate.call(worker);

/** Ends a process whose main thread runs on and on, which no timer of its own could: called before there is a `Watch`. Returns how to say which round it is in. */
export async function watchHost(): Promise<(round: number) => void> {
  const beats = new Int32Array(new SharedArrayBuffer(8));
  const patience = 120_000;
  const text = `
    const { beats, patience } = require('node:worker_threads').workerData;
    let last = -1;
    setInterval(() => {
      const now = Atomics.load(beats, 0);
      if (now === last) {
        require('node:fs').writeSync(2, 'The main thread hangs in round ' + (beats[1] >>> 0) + '\\n');
        process.kill(process.pid, 'SIGKILL');
      }
      last = now;
    }, patience);`;
  setInterval(() => Atomics.add(beats, 0, 1), 1000).unref();
  const worker = new Worker(text, { eval: true, workerData: { beats, patience } });
  await once(worker, 'online');
  worker.unref();
  return (round) => Atomics.store(beats, 1, round);
}

export class Watch {
  /** The ledger of the round that runs. */
  ledger: Ledger | undefined;
  /** The highest number of a thread so far. */
  lastThread = 0;
  readonly alive = new Set<number>();
  readonly #mishaps: string[] = [];

  constructor() {
    const watch = this;
    process.on('worker', (worker) => {
      const { threadId } = worker;
      watch.lastThread = Math.max(watch.lastThread, threadId);
      watch.alive.add(threadId);
      // Before the library gets the event, and sends the worker's tasks to another.
      worker.prependListener('exit', () => {
        watch.alive.delete(threadId);
        watch.ledger?.gone(threadId);
      });
    });
    Worker.prototype.terminate = function (this: Worker) {
      watch.ledger?.gone(this.threadId);
      return terminate.call(this);
    };
    process.on('warning', (warning) => this.#mishaps.push(`warning: ${warning.stack ?? String(warning)}`));
    process.on('unhandledRejection', (reason) => this.#mishaps.push(`unhandled rejection: ${stackOf(reason)}`));
    process.on('uncaughtException', (error) => this.#mishaps.push(`uncaught exception: ${stackOf(error)}`));
    config.onStoppedNotification = (notification) =>
      this.#mishaps.push(
        `a notification after the end: ${notification.kind} ${notification.kind === 'E' ? stackOf(notification.error) : ''}`,
      );
  }

  /** What has happened since it was last asked. */
  mishaps(): string[] {
    return this.#mishaps.splice(0);
  }

  /** What keeps the process alive, counted by kind. */
  resources(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return counts;
  }
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? String(error)) : String(error));

/** Waits until `done`, looking every few ms; false if that does not come. */
export async function until(done: () => boolean, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; !done();) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}
