/** In which order the results came: over time, and one after another. */
import type { Axis } from './axis.ts';
import { colourOf, styled } from './colours.ts';
import { find } from './dom.ts';
import type { Run } from './run.ts';
import { Surface } from './surface.ts';
import { tiles } from './tiles.ts';

export class Results {
  readonly #overTime = new Surface(find('#results', HTMLCanvasElement));
  readonly #inRow = new Surface(find('#order', HTMLCanvasElement));
  readonly #words = find('#order-words', HTMLElement);
  readonly #numbers = find('#order-numbers', HTMLElement);

  draw(run: Run, axis: Axis): void {
    this.#drawOverTime(run, axis);
    this.#drawInRow(run);
  }

  /** What the drawing shows, in words: nothing yet. */
  begin(): void {
    this.#words.textContent = 'Above: the tiles as they went in. Below: as they came out.';
    this.#numbers.textContent = '';
  }

  /** What the drawing shows, in words. */
  tell({ results }: Run): void {
    const order = results.map(({ index }) => index);
    const late = order.filter((index, at) => at > 0 && index < Math.max(...order.slice(0, at))).length;
    this.#words.textContent =
      late === 0
        ? `All ${order.length} came out in the order in which they went in.`
        : `${late} of ${order.length} came out after a tile that had gone in later.`;
    this.#numbers.textContent = order.join(', ');
  }

  /** From the first tile, at the top, to the last. */
  #drawOverTime({ results }: Run, axis: Axis): void {
    this.#overTime.clear();
    const { context, height, width } = this.#overTime;
    context.fillStyle = styled('--track');
    context.fillRect(0, 0, width, height);
    const side = 5;
    for (const { index, time } of results) {
      context.fillStyle = colourOf(index);
      const down = (index / (tiles.length - 1)) * (height - side - 4);
      context.fillRect(Math.min(axis.at(time, width), width - side), 2 + down, side, side);
    }
  }

  /** Above the tiles as they went in, below as they came out: lines that cross are tiles that overtook others. */
  #drawInRow({ results }: Run): void {
    this.#inRow.clear();
    const { context, height, width } = this.#inRow;
    const each = width / tiles.length;
    const tall = 7;
    const middle = (place: number): number => (place + 0.5) * each;
    context.fillStyle = styled('--track');
    context.fillRect(0, 0, width, tall);
    context.fillRect(0, height - tall, width, tall);
    context.lineWidth = Math.max(1, each / 6);
    for (const [place, { index }] of results.entries()) {
      context.fillStyle = context.strokeStyle = colourOf(index);
      context.fillRect(index * each, 0, each - 1, tall);
      context.fillRect(place * each, height - tall, each - 1, tall);
      context.beginPath();
      context.moveTo(middle(index), tall + 1);
      context.bezierCurveTo(
        ...([middle(index), height / 2] as const),
        ...([middle(place), height / 2] as const),
        ...([middle(place), height - tall - 1] as const),
      );
      context.stroke();
    }
  }
}
