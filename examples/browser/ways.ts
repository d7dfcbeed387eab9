/** The four ways to draw the picture. They differ in the operator and in the pool; nothing else knows which it is. */
import { asyncScheduler, from, scheduled, type Observable } from 'rxjs';
import {
  localPool,
  parallelMap,
  parallelMapUnordered,
  parallelMergeMap,
  Worker,
  workerPool,
  type Remote,
  type WorkerPool,
} from 'rxjs-parallel';
import { drawTile } from './mandelbrot.ts';
import type { TileApi } from './tile.worker.ts';
import { tiles, type Drawn, type Tile } from './tiles.ts';

interface Api {
  draw(tile: Tile): Drawn;
  refine(tile: Tile): Iterable<Drawn>;
}
export type TilePool = WorkerPool<Api>;
export type Way = 'main' | 'ordered' | 'unordered' | 'refined';

/** Workers that each run `tile.worker.ts`. */
const workers = (size: number): TilePool =>
  workerPool<TileApi>(() => new Worker(new URL('./tile.worker.ts', import.meta.url), { type: 'module' }), size);

/** The same method on the page's own thread. */
const mainThread = (): TilePool =>
  localPool<Api>({ draw: (tile) => drawTile(tile), refine: (tile) => [drawTile(tile)] });

const draw = (worker: Remote<Api>, tile: Tile) => worker.draw(tile);

/** A worker that cannot see that its task was cancelled (the page is not cross-origin isolated) is ended after so many ms. */
const options = { terminateAfter: 100 };

export const ways: Record<Way, (pool: TilePool) => Observable<Drawn>> = {
  // One tile a turn, or the page would not be painted before the end.
  main: (pool) => scheduled(tiles, asyncScheduler).pipe(parallelMap(draw, pool)),

  ordered: (pool) => from(tiles).pipe(parallelMap(draw, pool, options)),

  unordered: (pool) => from(tiles).pipe(parallelMapUnordered(draw, pool, options)),

  // A tile comes four times: the task is a generator.
  refined: (pool) => from(tiles).pipe(parallelMergeMap((worker, tile) => worker.refine(tile), pool, options)),
};

/** Makes the pool that a way needs, and keeps it for the next time: workers that are up start at once. */
export class Pools {
  readonly #mainThread = mainThread();
  #workers: TilePool | undefined;

  for(way: Way, size: number): TilePool {
    if (way === 'main') return this.#mainThread;
    if (this.#workers?.size !== size) {
      void this.#workers?.close({ drain: false });
      this.#workers = workers(size);
    }
    return this.#workers;
  }
}
