/** The types of `Worker`, without those of the DOM, which a Node program may not have. */

/** The address of a worker's module: `new URL('./x.worker.js', import.meta.url)`. */
export interface WorkerUrl {
  readonly href: string;
}

/** Options of `new Worker`: those of browsers, and in Node also those of `node:worker_threads`. */
export interface WorkerSettings {
  /** In browsers `'module'` for a module; Node decides by the file. */
  readonly type?: 'classic' | 'module' | undefined;
  /** The name of the worker in debuggers. */
  readonly name?: string | undefined;
  /** In Node: a copy is the `workerData` of `node:worker_threads` in the worker. For what all workers of a pool need, use `setup`. */
  readonly workerData?: unknown;
  /** In Node: limits of the worker; beyond them the worker ends, and the process lives on. */
  readonly resourceLimits?:
    | {
        readonly maxOldGenerationSizeMb?: number | undefined;
        readonly maxYoungGenerationSizeMb?: number | undefined;
        readonly codeRangeSizeMb?: number | undefined;
        readonly stackSizeMb?: number | undefined;
      }
    | undefined;
  /** In Node: the environment of the worker, or `SHARE_ENV`. Default: a copy of that of the thread which makes the worker. */
  readonly env?: object | symbol | undefined;
  /** In Node: options of `node` for the worker. Default: those of the process. */
  readonly execArgv?: readonly string[] | undefined;
  /** In Node: further entries of `process.argv` in the worker. */
  readonly argv?: readonly unknown[] | undefined;
  readonly [other: string]: unknown;
}

/** A worker of the host. Give it to `workerPool`, which exchanges the messages with it. */
export interface WorkerHandle {
  postMessage(message: unknown, transfer?: readonly never[]): void;
  terminate(): unknown;
}

export type WorkerConstructor = new (url: WorkerUrl | string, options?: WorkerSettings) => WorkerHandle;

/** A worker for an inline function. */
export interface InlineWorker {
  readonly worker: object;
  /** The text of the function, to be sent to the worker; undefined where it is part of the worker's text. */
  readonly source: string | undefined;
  /** The same of the stream's `setup`; also undefined if there is none. */
  readonly setup: string | undefined;
  /** Why the function cannot run in a worker, if its text shows that. */
  readonly problem: string | undefined;
}
