import { expose, taskContext } from 'rxjs-parallel/worker';

const api = {
  /** The first number from `from` on whose square contains `digits`; stops when the task is cancelled. */
  find(digits: string, from: number): number {
    const { signal } = taskContext();
    for (let n = from; ; n++) {
      if (n % 1000 === 0) signal.throwIfAborted();
      if (String(n * n).includes(digits)) return n;
    }
  },
};
expose(api);
export type SearchApi = typeof api;
