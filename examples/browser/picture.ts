/** The picture, and over it what becomes of its tiles. */
import { colourOf, styled } from './colours.ts';
import { find } from './dom.ts';
import { drawTile } from './mandelbrot.ts';
import { currentOf, type Run } from './run.ts';
import { HEIGHT, sketch, tiles, WIDTH, type Drawn } from './tiles.ts';

export class Picture {
  readonly #canvas = find('#picture', HTMLCanvasElement);
  readonly #context = this.#canvas.getContext('2d', { willReadFrequently: true })!;
  readonly #marks = find('#marks', HTMLCanvasElement);
  readonly #sketch = document.createElement('canvas');
  readonly #coarse = new OffscreenCanvas(0, 0);

  constructor() {
    for (const canvas of [this.#canvas, this.#marks]) [canvas.width, canvas.height] = [WIDTH, HEIGHT];
    [this.#sketch.width, this.#sketch.height] = [sketch.width, sketch.height];
    this.#sketch.getContext('2d')!.putImageData(new ImageData(drawTile(sketch).pixels, sketch.width), 0, 0);
    this.clear();
  }

  /** A pale sketch of what is to come. */
  clear(): void {
    this.#context.clearRect(0, 0, WIDTH, HEIGHT);
    this.#context.globalAlpha = 0.25;
    this.#context.filter = 'blur(5px)';
    this.#context.drawImage(this.#sketch, 0, 0, WIDTH, HEIGHT);
    this.#context.filter = 'none';
    this.#context.globalAlpha = 1;
  }

  paint({ index, pixels, step }: Drawn): void {
    const { height, width, x, y } = tiles[index]!;
    const image = new ImageData(pixels, width / step);
    if (step === 1) this.#context.putImageData(image, x, y);
    else {
      [this.#coarse.width, this.#coarse.height] = [image.width, image.height];
      this.#coarse.getContext('2d')!.putImageData(image, 0, 0);
      this.#context.drawImage(this.#coarse, x, y, width, height);
    }
  }

  /** Frames the tiles that are being computed, and shades those that are held back. */
  mark(run: Run): void {
    const context = this.#marks.getContext('2d')!;
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.globalAlpha = 0.55;
    for (const index of run.held) {
      const { height, width, x, y } = tiles[index]!;
      context.fillStyle = colourOf(index);
      context.fillRect(x + 1, y + 1, width - 2, height - 2);
    }
    context.globalAlpha = 1;
    context.lineWidth = 4;
    context.font = `600 20px ${styled('--sans')}`;
    context.textBaseline = 'middle';
    context.textAlign = 'center';
    for (const [worker, lane] of run.lanes.entries()) {
      const task = currentOf(lane);
      if (task === undefined) continue;
      const { height, width, x, y } = tiles[task.index]!;
      context.strokeStyle = colourOf(task.index);
      context.strokeRect(x + 2, y + 2, width - 4, height - 4);
      context.fillStyle = styled('--ink');
      context.fillText(String(worker + 1), x + width / 2, y + height / 2 + 1);
    }
  }
}
