/** The picture, and the tiles that it is computed in. */

export const WIDTH = 768;
export const HEIGHT = 512;
const SIDE = 64;

export interface Tile {
  readonly index: number;
  /** Where its left upper corner is in the picture. */
  readonly x: number;
  readonly y: number;
  /** How many pixels it has. */
  readonly width: number;
  readonly height: number;
  /** How many pixels of the picture, each way, one of its own stands for. */
  readonly step: number;
}

/** A tile that has been computed. */
export interface Drawn {
  readonly index: number;
  /** As that of the tile: 1 where it is finished. */
  readonly step: number;
  /** Red, green, blue, opacity. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

const columns = WIDTH / SIDE;
const rows = HEIGHT / SIDE;

/** Row by row, from the left. */
export const tiles: readonly Tile[] = Array.from({ length: columns * rows }, (_, index) => ({
  index,
  x: (index % columns) * SIDE,
  y: Math.floor(index / columns) * SIDE,
  width: SIDE,
  height: SIDE,
  step: 1,
}));

/** The whole picture in few pixels: what is seen before it is computed. */
export const sketch: Tile = { index: -1, x: 0, y: 0, width: WIDTH / 8, height: HEIGHT / 8, step: 8 };
