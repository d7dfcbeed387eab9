/** The frame meter: how long each frame of the page took. Long ones are what a person feels as stutter. */
import type { Axis } from './axis.ts';
import { styled } from './colours.ts';
import { find } from './dom.ts';
import { Surface } from './surface.ts';

/** Milliseconds from which on an eye sees that a frame was late. */
const STUTTER = 50;
/** The height of the row, in ms. */
const TALLEST = 200;

export class Frames {
  readonly #surface = new Surface(find('#frames', HTMLCanvasElement));
  readonly #dot = find('#dot', HTMLElement);
  readonly #worst = find('#worst', HTMLElement);
  #frames: { readonly end: number; readonly ms: number }[] = [];

  begin(): void {
    this.#frames = [];
  }

  /** In ms. */
  get worst(): number {
    return this.#frames.reduce((worst, { ms }) => Math.max(worst, ms), 0);
  }

  /** A frame that was there at `end`, `ms` after the one before it. */
  add(end: number, ms: number): void {
    this.#frames.push({ end, ms });
    // Evenly, as long as the frames come evenly.
    const share = 0.5 - 0.5 * Math.cos(performance.now() / 320);
    this.#dot.style.setProperty('--at', share.toFixed(4));
  }

  draw(axis: Axis): void {
    this.#surface.clear();
    const { context, height, width } = this.#surface;
    context.fillStyle = styled('--track');
    context.fillRect(0, 0, width, height);
    const [calm, late] = [styled('--calm'), styled('--late')];
    for (const { end, ms } of this.#frames) {
      const left = axis.at(end - ms, width);
      const tall = Math.max(2, Math.min(1, ms / TALLEST) * height);
      context.fillStyle = ms < STUTTER ? calm : late;
      context.fillRect(left, height - tall, Math.max(axis.at(end, width) - left - 0.5, 0.5), tall);
    }
    this.#worst.textContent = this.#frames.length === 0 ? '' : `the worst took ${Math.round(this.worst)} ms`;
  }
}
