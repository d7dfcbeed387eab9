import { record, show } from './checks.ts';

/** The hooks of a worker, before its first task and after its last. */
export interface WorkerHooks {
  /**
   * Runs once in each worker before its first task, also in one that replaces another; may be async. Its argument is a copy of the
   * pool's `data`. It has to end within `initTimeout`; a worker whose setup fails has not started.
   */
  readonly setup?: ((data: any) => unknown) | undefined;
  /**
   * Runs when an idle worker is ended, by `close`, `idleTimeout` or `maxTasksPerWorker`; not after a crash, and not if the worker
   * is ended in the middle of a task. May be async, and has a second; if it throws, that is printed as one line to stderr.
   */
  readonly teardown?: (() => unknown) | undefined;
}

/** @throws TypeError */
export function checkHooks(caller: string, hooks: unknown): asserts hooks is WorkerHooks {
  const given = record(`${caller}: hooks`, hooks, ['setup', 'teardown']);
  for (const name of ['setup', 'teardown'])
    if (given[name] !== undefined && typeof given[name] !== 'function')
      throw new TypeError(`${caller}: ${name} must be a function, got ${show(given[name])}`);
}
