/** The picture, and the tiles that it is computed in. */

export const WIDTH = 768;
export const HEIGHT = 512;
export const SIDE = 64;
const COLUMNS = WIDTH / SIDE;
/** How many tiles the picture has. */
export const COUNT = (COLUMNS * HEIGHT) / SIDE;

/** Which part of the plane the picture shows: its middle, and its width. */
export interface View {
  readonly re: number;
  readonly im: number;
  readonly span: number;
}

/** A small copy of the Mandelbrot set, deep in its seahorse valley. */
export const HOME: View = { re: -0.743643135, im: 0.131825963, span: 0.000014628 };

export interface Tile {
  readonly view: View;
  readonly index: number;
  /** Where its left upper corner is in the picture. */
  readonly x: number;
  readonly y: number;
  /** How many pixels it has. */
  readonly width: number;
  readonly height: number;
  /** How many pixels of the picture, each way, one of its own stands for. */
  readonly step: number;
  /** Each pixel is the mean of so many points, each way. */
  readonly points: number;
  /** Whether nothing more comes of it. */
  readonly last: boolean;
}

/** A tile that has been computed, or a part of it. */
export interface Drawn {
  readonly tile: Tile;
  /** Red, green, blue, opacity. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** Where the left upper corner of a tile is. */
export const placeOf = (index: number): { readonly x: number; readonly y: number } => ({
  x: (index % COLUMNS) * SIDE,
  y: Math.floor(index / COLUMNS) * SIDE,
});

/** This tile takes twenty-five times as long as it would: even of two workers, one overtakes the other by many tiles. */
const SLOW = 14;

/** Row by row, from the left. */
export const tilesOf = (view: View): readonly Tile[] =>
  Array.from({ length: COUNT }, (_, index) => ({
    view,
    index,
    ...placeOf(index),
    width: SIDE,
    height: SIDE,
    step: 1,
    points: index === SLOW ? 10 : 2,
    last: true,
  }));

/** The tile in few pixels, in more, and at last in all. */
export const finer = (tile: Tile): readonly Tile[] => [8, 4, 2, 1].map((step) => inSteps(tile, step));

const inSteps = (tile: Tile, step: number): Tile => {
  const [width, height] = [tile.width / step, tile.height / step];
  return { ...tile, width, height, step, last: tile.last && step === 1 };
};

/** The tile in eight parts, from the top. */
export const partsOf = (tile: Tile): readonly Tile[] => [0, 1, 2, 3, 4, 5, 6, 7].map((part) => partOf(tile, part));

const partOf = (tile: Tile, part: number): Tile => {
  const height = tile.height / 8;
  return { ...tile, y: tile.y + part * height, height, last: part === 7 };
};

/** The whole picture in few pixels: what is seen before it is computed. */
export const sketchOf = (view: View): Tile => ({
  view,
  index: -1,
  x: 0,
  y: 0,
  width: WIDTH / 16,
  height: HEIGHT / 16,
  step: 16,
  points: 1,
  last: true,
});
