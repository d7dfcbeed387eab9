/** A picture, and over it what becomes of its tiles. */
import { colourOf, styled } from './colours.ts';
import { find } from './dom.ts';
import { drawTile } from './mandelbrot.ts';
import { currentOf, type Run } from './run.ts';
import { HEIGHT, placeOf, SIDE, sketchOf, WIDTH, type Drawn, type View } from './tiles.ts';

export class Picture {
  readonly #context: CanvasRenderingContext2D;
  readonly #marks: CanvasRenderingContext2D;
  readonly #coarse = new OffscreenCanvas(1, 1);

  constructor(column: HTMLElement) {
    const [canvas, marks] = ['.drawn', '.marks'].map((name) => find(name, HTMLCanvasElement, column));
    for (const each of [canvas!, marks!]) [each.width, each.height] = [WIDTH, HEIGHT];
    this.#context = canvas!.getContext('2d', { willReadFrequently: true })!;
    this.#marks = marks!.getContext('2d')!;
  }

  /** A pale sketch of what is to come. */
  clear(view: View): void {
    this.#context.clearRect(0, 0, WIDTH, HEIGHT);
    this.#context.globalAlpha = 0.25;
    this.#context.filter = 'blur(8px)';
    this.#context.drawImage(sketchedOf(view), 0, 0, WIDTH, HEIGHT);
    this.#context.filter = 'none';
    this.#context.globalAlpha = 1;
    this.#marks.clearRect(0, 0, WIDTH, HEIGHT);
  }

  paint({ pixels, tile }: Drawn): void {
    const { height, step, width, x, y } = tile;
    const image = new ImageData(pixels, width);
    if (step === 1) return this.#context.putImageData(image, x, y);
    [this.#coarse.width, this.#coarse.height] = [width, height];
    this.#coarse.getContext('2d')!.putImageData(image, 0, 0);
    this.#context.drawImage(this.#coarse, x, y, width * step, height * step);
  }

  /** Frames the tiles that are being computed, and shades those that are held back. */
  mark(run: Run): void {
    const context = this.#marks;
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.globalAlpha = 0.55;
    for (const index of run.held) {
      const { x, y } = placeOf(index);
      context.fillStyle = colourOf(index);
      context.fillRect(x + 1, y + 1, SIDE - 2, SIDE - 2);
    }
    context.globalAlpha = 1;
    context.lineWidth = 5;
    context.font = `600 26px ${styled('--sans')}`;
    context.textBaseline = 'middle';
    context.textAlign = 'center';
    for (const [worker, lane] of run.lanes.entries()) {
      const task = currentOf(lane);
      if (task === undefined) continue;
      const { x, y } = placeOf(task.index);
      context.strokeStyle = colourOf(task.index);
      context.strokeRect(x + 2.5, y + 2.5, SIDE - 5, SIDE - 5);
      context.fillStyle = styled('--ink');
      if (run.way !== 'main') context.fillText(String(worker + 1), x + SIDE / 2, y + SIDE / 2 + 1);
    }
  }
}

let sketched: { readonly view: View; readonly canvas: OffscreenCanvas } | undefined;

/** Of all pictures of one view the same. */
function sketchedOf(view: View): OffscreenCanvas {
  if (sketched?.view !== view) {
    const tile = sketchOf(view);
    const canvas = new OffscreenCanvas(tile.width, tile.height);
    canvas.getContext('2d')!.putImageData(new ImageData(drawTile(tile).pixels, tile.width), 0, 0);
    sketched = { view, canvas };
  }
  return sketched.canvas;
}
