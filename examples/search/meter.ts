/** How long each frame of the page took: long ones are what a person feels as stutter. */
import { animationFrames, map, pairwise } from 'rxjs';
import { find } from '../browser/dom.ts';
import { Surface } from '../browser/surface.ts';

/** So many frames are seen. */
const SHOWN = 240;
/** The height of the meter, in ms. */
const TALLEST = 200;
/** Milliseconds from which on an eye sees that a frame was late. */
const STUTTER = 50;

export class Meter {
  readonly #surface = new Surface(find('#meter', HTMLCanvasElement));
  readonly #output = find('#worst', HTMLOutputElement);
  readonly #frames: number[] = [];
  #worst: number | undefined;

  constructor() {
    animationFrames()
      .pipe(
        map(({ timestamp }) => timestamp),
        pairwise(),
      )
      .subscribe(([last, now]) => this.#frame(now - last));
  }

  /** From now on the worst is noted. */
  begin(): void {
    this.#worst ??= 0;
  }

  /** Forgets the worst until it begins again. */
  reset(): void {
    this.#worst = undefined;
    this.#output.textContent = '–';
  }

  #frame(ms: number): void {
    this.#frames.push(ms);
    if (this.#frames.length > SHOWN) this.#frames.shift();
    if (this.#worst !== undefined && ms > this.#worst) {
      this.#worst = ms;
      this.#output.textContent = `${Math.round(ms)} ms`;
    }
    this.#draw();
  }

  #draw(): void {
    const { context, height, width } = this.#surface;
    this.#surface.clear();
    const styled = getComputedStyle(this.#surface.canvas);
    const [calm, late] = [styled.getPropertyValue('--calm'), styled.getPropertyValue('--late')];
    for (const [at, ms] of this.#frames.entries()) {
      const tall = Math.max(2, Math.min(1, ms / TALLEST) * height);
      context.fillStyle = ms < STUTTER ? calm : late;
      context.fillRect((at / SHOWN) * width, height - tall, width / SHOWN - 0.5, tall);
    }
  }
}
