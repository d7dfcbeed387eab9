import { record, show } from './options.ts';

/** What a worker does before its first task, and after its last. */
export interface WorkerHooks {
  /**
   * Runs once in each worker before its first task, also in one that takes the place of another; may be async. Gets the
   * pool's `data`, a copy of its own. Counts against `initTimeout`; a worker whose setup fails has not started.
   */
  readonly setup?: ((data: any) => unknown) | undefined;
  /**
   * Runs when a worker is ended that has nothing to do: by `close`, `idleTimeout`, `maxTasksPerWorker`; not after a crash, and
   * not in one that is ended in the middle of a task. May be async, and has a second; what it throws is a line on stderr.
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
