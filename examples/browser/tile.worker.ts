/** Runs in each worker. */
import { expose, taskContext, Transfer } from 'rxjs-parallel/worker';
import { drawTile } from './mandelbrot.ts';
import type { Tile } from './tiles.ts';

const api = {
  draw(tile: Tile) {
    const drawn = drawTile(tile, taskContext().signal);
    return Transfer(drawn, [drawn.pixels.buffer]);
  },

  /** The tile in few pixels, in more, and at last in all: each is painted while the next is computed. */
  *refine(tile: Tile) {
    const { signal } = taskContext();
    for (const step of [8, 4, 2, 1]) {
      const drawn = drawTile({ ...tile, width: tile.width / step, height: tile.height / step, step }, signal);
      yield Transfer(drawn, [drawn.pixels.buffer]);
    }
  },
};
expose(api);
export type TileApi = typeof api;
