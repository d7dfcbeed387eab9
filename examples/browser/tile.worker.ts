/** Runs in each worker. */
import { expose, taskContext, Transfer } from 'rxjs-parallel/worker';
import { drawTile } from './mandelbrot.ts';
import type { Tile } from './tiles.ts';

const api = {
  draw(tile: Tile) {
    const drawn = drawTile(tile, taskContext().signal);
    return Transfer(drawn, [drawn.pixels.buffer]);
  },
};
expose(api);
export type TileApi = typeof api;
