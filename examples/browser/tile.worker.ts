/** Runs in each worker. */
import { expose, taskContext, Transfer } from 'rxjs-parallel/worker';
import { drawTile } from './mandelbrot.ts';
import { finer, type Tile } from './tiles.ts';

const api = {
  draw(tile: Tile) {
    const drawn = drawTile(tile, taskContext().signal);
    return Transfer(drawn, [drawn.pixels.buffer]);
  },

  /** Ever finer: each is painted while the next is computed. */
  *refine(tile: Tile) {
    const { signal } = taskContext();
    for (const each of finer(tile)) {
      const drawn = drawTile(each, signal);
      yield Transfer(drawn, [drawn.pixels.buffer]);
    }
  },
};
expose(api);
export type TileApi = typeof api;
