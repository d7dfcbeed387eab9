/** In which order the results came: one after another, and over time. */
import type { Axis } from './axis.ts';
import { colourOf, styled } from './colours.ts';
import { find } from './dom.ts';
import type { Run } from './run.ts';
import { Surface } from './surface.ts';
import { COUNT } from './tiles.ts';

export class Results {
  readonly #inRow: Surface;
  readonly #overTime: Surface;
  readonly #words: HTMLElement;
  readonly #numbers: HTMLElement;

  constructor(column: HTMLElement, numbers: HTMLElement) {
    this.#inRow = new Surface(find('.order', HTMLCanvasElement, column));
    this.#overTime = new Surface(find('.results', HTMLCanvasElement, column));
    this.#words = find('.words b', HTMLElement, column);
    this.#numbers = numbers;
  }

  draw(run: Run, axis: Axis): void {
    this.#drawInRow(run);
    this.#drawOverTime(run, axis);
  }

  /** In words: nothing yet. */
  begin(): void {
    this.#words.textContent = '';
    this.#numbers.textContent = '–';
  }

  /** What the drawing shows, in words. */
  tell({ results }: Run): void {
    const order = results.map(({ index }) => index);
    const late = order.filter((index, at) => at > 0 && index < Math.max(...order.slice(0, at))).length;
    this.#words.textContent = late === 0 ? 'in order' : `${late} overtaken`;
    this.#numbers.textContent = order.join(', ');
  }

  /** Above the tiles as they went in, below as they came out: lines that cross are tiles that overtook others. */
  #drawInRow({ results }: Run): void {
    this.#inRow.clear();
    const { context, height, width } = this.#inRow;
    const each = width / COUNT;
    const gap = each > 2 ? 0.75 : 0;
    const tall = 6;
    const middle = (place: number): number => (place + 0.5) * each;
    context.fillStyle = styled('--track');
    context.fillRect(0, 0, width, tall);
    context.fillRect(0, height - tall, width, tall);
    context.lineWidth = Math.max(0.75, each / 6);
    for (const [place, { index }] of results.entries()) {
      context.fillStyle = context.strokeStyle = colourOf(index);
      context.fillRect(index * each, 0, each - gap, tall);
      context.fillRect(place * each, height - tall, each - gap, tall);
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

  /** From the first tile, at the top, to the last. */
  #drawOverTime({ results }: Run, axis: Axis): void {
    this.#overTime.clear();
    const { context, height, width } = this.#overTime;
    context.fillStyle = styled('--track');
    context.fillRect(0, 0, width, height);
    const side = 4;
    for (const { index, time } of results) {
      context.fillStyle = colourOf(index);
      const down = (index / (COUNT - 1)) * (height - side - 2);
      context.fillRect(Math.min(axis.at(time, width), width - side), 1 + down, side, side);
    }
  }
}
