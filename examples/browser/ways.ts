/** The three ways to draw the picture. They differ in one operator; nothing else knows which it is. */
import { concatMap, defer, forkJoin, from, map, Observable } from 'rxjs';
import {
  parallelConcatMap,
  parallelMap,
  parallelMapUnordered,
  parallelMergeMap,
  type Remote,
  type RemoteValues,
  Worker,
  workerPool,
  type WorkerPool,
} from 'rxjs-parallel';
import { drawTile } from './mandelbrot.ts';
import type { TileApi } from './tile.worker.ts';
import { finer, type Drawn, type Tile } from './tiles.ts';

export type Way = 'main' | 'ordered' | 'unordered';
type TilePool = WorkerPool<TileApi>;
type Draw = (tiles: readonly Tile[], pool: TilePool) => Observable<Drawn>;

/** Workers that each run `tile.worker.ts`. */
const startPool = (size: number): TilePool =>
  workerPool<TileApi>(() => new Worker(new URL('./tile.worker.ts', import.meta.url), { type: 'module' }), size);

/** What is called in a worker. */
const draw = (worker: Remote<TileApi>, tile: Tile) => worker.draw(tile);
const refine = (worker: RemoteValues<TileApi>, tile: Tile) => worker.refine(tile);

/** A worker that cannot see that its task was cancelled (the page is not cross-origin isolated) is ended after so many ms. */
const options = { terminateAfter: 100 };

export const ways: Record<Way, Draw> = {
  main: (tiles) => from(tiles).pipe(concatMap(drawHere)),

  ordered: (tiles, pool) => from(tiles).pipe(parallelMap(draw, pool, options)),

  unordered: (tiles, pool) => from(tiles).pipe(parallelMapUnordered(draw, pool, options)),
};

/** The same where each tile comes four times, ever finer: its task is a generator. */
export const refining: Record<Way, Draw> = {
  main: (tiles) => from(tiles).pipe(concatMap(refineHere)),

  ordered: (tiles, pool) => from(tiles).pipe(parallelConcatMap(refine, pool, options)),

  unordered: (tiles, pool) => from(tiles).pipe(parallelMergeMap(refine, pool, options)),
};

/** On the page's own thread. */
const drawHere = (tile: Tile): Observable<Drawn> => nextTurn.pipe(map(() => drawTile(tile)));
const refineHere = (tile: Tile): Observable<Drawn> => from(finer(tile)).pipe(concatMap(drawHere));

/** The next turn of the page, which is painted in between: a timer would add 4 ms to each tile. */
const nextTurn = new Observable<void>((subscriber) => {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', () => {
    subscriber.next();
    subscriber.complete();
  });
  port1.start();
  port2.postMessage(undefined);
  return () => port1.close();
});

/** The workers of each way. In a race they are not shared: each would have but half of those that it is shown with. */
export class Pools {
  #pools: Record<'ordered' | 'unordered', TilePool> | undefined;

  /** The main thread has no use for it. */
  of(way: Way, size: number): TilePool {
    if (this.#pools?.ordered.size !== size) {
      for (const pool of Object.values(this.#pools ?? {})) void pool.close({ drain: false });
      this.#pools = { ordered: startPool(size), unordered: startPool(size) };
    }
    return this.#pools[way === 'unordered' ? 'unordered' : 'ordered'];
  }

  /** Workers that are up start at once. */
  warmUp(size: number): Observable<unknown> {
    return defer(() => forkJoin([this.of('ordered', size).warmUp(), this.of('unordered', size).warmUp()]));
  }
}
