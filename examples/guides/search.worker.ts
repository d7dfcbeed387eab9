import { expose, taskContext } from 'rxjs-parallel/worker';

const api = {
  /** The first number from `from` that has the digits `digits` in its square; looks as long as somebody waits. */
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
