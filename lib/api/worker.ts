/** `Worker` as the library types it: without the DOM's types, which a Node program may not have. */

/** Where a worker's module is: `new URL('./x.worker.js', import.meta.url)`. */
export interface WorkerUrl {
  readonly href: string;
}

/** Options of `new Worker`: the browser's, and in Node those of `node:worker_threads` besides. */
export interface WorkerSettings {
  /** `'module'` in browsers, for a module; Node goes by the file. */
  readonly type?: 'classic' | 'module' | undefined;
  /** What debuggers call it. */
  readonly name?: string | undefined;
  /** In Node: a copy is `workerData` of `node:worker_threads` there. `setup` is for what all workers of a pool need. */
  readonly workerData?: unknown;
  /** In Node: what it may use; past it that worker ends, and the process lives. */
  readonly resourceLimits?:
    | {
        readonly maxOldGenerationSizeMb?: number | undefined;
        readonly maxYoungGenerationSizeMb?: number | undefined;
        readonly codeRangeSizeMb?: number | undefined;
        readonly stackSizeMb?: number | undefined;
      }
    | undefined;
  /** In Node: its environment, or `SHARE_ENV`. Default: a copy of that of the thread which makes it. */
  readonly env?: object | symbol | undefined;
  /** In Node: options of `node` for it. Default: those of the process. */
  readonly execArgv?: readonly string[] | undefined;
  /** In Node: what `process.argv` has there besides. */
  readonly argv?: readonly unknown[] | undefined;
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
