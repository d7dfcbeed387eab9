/** The time axis that all rows have in common: what is below one another, and beside one another, compares. */
import { styled } from './colours.ts';
import type { Surface } from './surface.ts';

export class Axis {
  /** Milliseconds from left to right. */
  span = 1000;

  /** Where a time is in a row that is so wide. */
  at(time: number, width: number): number {
    return (time / this.span) * width;
  }

  draw(surface: Surface): void {
    surface.clear();
    const { context, width } = surface;
    context.font = `11px ${styled('--sans')}`;
    context.textBaseline = 'top';
    context.fillStyle = styled('--muted');
    const every = STEPS.find((ms) => this.at(ms, width) > 48) ?? 60_000;
    for (let time = 0; this.at(time, width) < width - 24; time += every) {
      const x = Math.round(this.at(time, width));
      context.fillRect(x, 0, 1, 4);
      context.textAlign = time === 0 ? 'left' : 'center';
      context.fillText(`${time / 1000} s`, x, 6);
    }
  }
}

/** Milliseconds from tick to tick. */
const STEPS = [100, 250, 500, 1000, 2000, 5000, 10_000, 30_000];
