/** The colour of every pixel of a tile of the Mandelbrot set. */
import { HEIGHT, WIDTH, type Drawn, type Tile } from './tiles.ts';

/** A point that has not escaped after so many steps counts as one of the set: the black tiles cost the most. */
const MOST_STEPS = 4000;
const ESCAPED = 10_000;

/** `signal` is looked at before each row: once it has aborted, nobody waits for the tile. */
export function drawTile(tile: Tile, signal?: { readonly aborted: boolean }): Drawn {
  const pixels = new Uint8ClampedArray(4 * tile.width * tile.height);
  const { points, view } = tile;
  const scale = view.span / WIDTH;
  let at = 0;
  for (let row = 0; row < tile.height; row++) {
    if (signal?.aborted === true) break;
    for (let column = 0; column < tile.width; column++) {
      const sum: Colour = [0, 0, 0];
      for (let point = 0; point < points * points; point++) {
        const x = tile.x + tile.step * (column + ((point % points) + 0.5) / points);
        const y = tile.y + tile.step * (row + (Math.floor(point / points) + 0.5) / points);
        addColour(sum, view.re + (x - WIDTH / 2) * scale, view.im - (y - HEIGHT / 2) * scale);
      }
      for (const channel of sum) pixels[at++] = channel / (points * points);
      pixels[at++] = 255;
    }
  }
  return { tile, pixels };
}

type Colour = [red: number, green: number, blue: number];

/** Follows z → z² + c from 0 until it escapes, and its derivative with it: that tells how the light falls. */
function addColour(sum: Colour, re: number, im: number): void {
  let x = 0;
  let y = 0;
  let xx = 0;
  let yy = 0;
  let dx = 0;
  let dy = 0;
  let steps = 0;
  while (steps < MOST_STEPS && xx + yy < ESCAPED) {
    const next = 2 * (x * dx - y * dy) + 1;
    dy = 2 * (x * dy + y * dx);
    dx = next;
    y = 2 * x * y + im;
    x = xx - yy + re;
    xx = x * x;
    yy = y * y;
    steps++;
  }
  const escaped = steps < MOST_STEPS;
  // Without the fraction, the colours would come in bands.
  const smooth = escaped ? steps + 1 - Math.log2(Math.log(xx + yy) / 2) : 0;
  const colour = escaped ? paletteAt(0.55 * Math.log2(smooth)) : INSIDE;
  const light = escaped ? lightOn(x * dx + y * dy, y * dx - x * dy) : 1;
  for (const channel of [0, 1, 2] as const) sum[channel] += colour[channel] * light;
}

/** How bright a slope is that faces (x, y), under a light from the upper left. */
function lightOn(x: number, y: number): number {
  const length = Math.hypot(x, y);
  return length === 0 ? 1 : 0.9 + (0.25 * (0.8 * y - 0.6 * x)) / length;
}

const INSIDE: Colour = [6, 8, 20];
const STOPS: readonly (readonly [at: number, colour: Colour])[] = [
  [0, [9, 14, 38]],
  [0.16, [32, 74, 135]],
  [0.42, [237, 244, 240]],
  [0.64, [250, 176, 60]],
  [0.86, [66, 18, 40]],
  [1, [9, 14, 38]],
];

/** 1024 colours from stop to stop, and round again. */
const palette: readonly Colour[] = Array.from({ length: 1024 }, (_, n) => {
  const at = n / 1024;
  const next = STOPS.findIndex(([stop]) => stop > at);
  const [from, a] = STOPS[next - 1]!;
  const [to, b] = STOPS[next]!;
  const share = (at - from) / (to - from);
  const eased = share * share * (3 - 2 * share);
  const mix = (channel: 0 | 1 | 2): number => a[channel] + (b[channel] - a[channel]) * eased;
  return [mix(0), mix(1), mix(2)];
});

function paletteAt(turns: number): Colour {
  return palette[Math.floor((turns - Math.floor(turns)) * 1024)]!;
}
