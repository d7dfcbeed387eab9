// The code of docs/guides/watching.md: how far the tasks of a pool are, and a bar of it.
import { SingleBar } from 'cli-progress';
import { defer, interval, map, type Observable } from 'rxjs';
import type { WorkerPool } from 'rxjs-parallel';

// #region progress
interface Progress {
  readonly done: number;
  /** How many of `done` have failed. */
  readonly failed: number;
  readonly running: number;
  /** Done, and waiting for a slower task before them. */
  readonly held: number;
  /** Tasks a second. */
  readonly rate: number;
  /** Seconds that remain. */
  readonly left: number;
}

/** The progress of the tasks that `pool` gets from now on, ten times a second. `total`: how many results are expected; `emitted`: how many have come. */
export const progressOf = (pool: WorkerPool<any>, total: () => number, emitted: () => number): Observable<Progress> =>
  defer(() => {
    const [before, began] = [pool.stats(), performance.now()];
    return interval(100).pipe(
      map(() => {
        const { completed, failed, running } = pool.stats();
        const done = Math.max(completed + failed - before.completed - before.failed, emitted());
        const rate = (1000 * done) / (performance.now() - began);
        const left = (total() - done) / rate;
        return { done, failed: failed - before.failed, running, held: done - emitted(), rate, left };
      }),
    );
  });
// #endregion

// #region bar
/** A bar on a terminal, elsewhere a line every two seconds; to be called again when all is done. */
export function showProgress(
  pool: WorkerPool<any>,
  what: string,
  total: () => number,
  emitted: () => number,
): () => void {
  const bar = new SingleBar({
    format: `{bar} {value} of {total} ${what}, {failed} failed, {running} running, {held} held, {rate}/s, {left} s left`,
    formatValue: (value, _, type) =>
      typeof value === 'number' && type !== 'percentage' ? value.toFixed(0) : `${value}`,
    clearOnComplete: true,
    noTTYOutput: true,
  });
  bar.start(total(), 0, { failed: 0, running: 0, held: 0, rate: 0, left: '?' });
  const showing = progressOf(pool, total, emitted).subscribe(({ done, left, rate, ...counts }) => {
    bar.setTotal(total());
    bar.update(done, { ...counts, rate: rate.toFixed(0), left: left < Infinity ? left.toFixed(0) : '?' });
  });
  return () => {
    showing.unsubscribe();
    bar.stop();
  };
}
// #endregion
