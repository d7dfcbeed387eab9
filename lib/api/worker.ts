/** `Worker` as the library types it: without the DOM's types, which a Node program may not have. */

/** Where a worker's module is: `new URL('./x.worker.js', import.meta.url)`. */
export interface WorkerUrl {
  readonly href: string;
}

/** Options of `new Worker`: the browser's, and in Node those of `node:worker_threads` besides. */
export interface WorkerSettings {
  readonly type?: 'classic' | 'module' | undefined;
  readonly name?: string | undefined;
  readonly [other: string]: unknown;
}

/** A worker as the host runs it. Give it to `workerPool`, and let that talk to it. */
export interface WorkerHandle {
  postMessage(message: unknown, transfer?: readonly never[]): void;
  terminate(): unknown;
}

export type WorkerConstructor = new (url: WorkerUrl | string, options?: WorkerSettings) => WorkerHandle;

/** A worker for an inline function. */
export interface InlineWorker {
  readonly worker: object;
  /** What it has still to be told of the function; undefined where its own text holds it. */
  readonly source: string | undefined;
  /** The same of the stream's `setup`; undefined where there is none, too. */
  readonly setup: string | undefined;
  /** Why the function cannot run in a worker, where its text shows that. */
  readonly problem: string | undefined;
}
