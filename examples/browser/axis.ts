/** The time axis that every row has in common. */
import { styled } from './colours.ts';
import { find } from './dom.ts';
import { Surface } from './surface.ts';

export class Axis {
  readonly #surface = new Surface(find('#axis', HTMLCanvasElement));
  /** Milliseconds from left to right. */
  #span = 1000;

  /** Where a time is in a row that is so wide. */
  at(time: number, width: number): number {
    return (time / this.#span) * width;
  }

  /** Has room for `span` ms, and for the run on the main thread, so that the two compare. */
  draw(span: number, mainThread: number | undefined): void {
    this.#span = Math.max(1000, 1.02 * span, 1.02 * (mainThread ?? 0));
    this.#surface.clear();
    const { context, width } = this.#surface;
    context.font = `11px ${styled('--sans')}`;
    context.textBaseline = 'top';
    const mark = mainThread === undefined ? Infinity : this.at(mainThread, width);
    const label = 'main thread';
    const free = mark - context.measureText(label).width - 12;
    const every = STEPS.find((ms) => this.at(ms, width) > 64) ?? 60_000;
    context.fillStyle = styled('--muted');
    for (let time = 0; this.at(time, width) < Math.min(free, width) - 24; time += every) {
      const x = Math.round(this.at(time, width));
      context.fillRect(x, 0, 1, 4);
      context.textAlign = time === 0 ? 'left' : 'center';
      context.fillText(`${time / 1000} s`, x, 7);
    }
    if (mainThread === undefined) return;
    context.fillStyle = styled('--accent');
    context.fillRect(mark - 1, 0, 2, 14);
    context.textAlign = 'right';
    context.fillText(label, mark - 6, 5);
  }
}

/** Milliseconds from tick to tick. */
const STEPS = [100, 250, 500, 1000, 2000, 5000, 10_000, 30_000];
