/** Rectangles of one lane, side by side; those narrower than a pixel are merged. */

/** The least width of a rectangle, in pixels. */
const FINEST = 1;

/** Gaps narrower than this, in pixels, are not drawn: a viewer would show each as a whole pixel. */
const TOUCHING = 0.5;

/** Failures narrower than this, in pixels, are drawn in steps of this width, as tall as their share of the step. */
const STEP = 2;
/** The least height of a failure in a step, however small its share. */
const SEEN = 4;

export class Shapes {
  readonly #top: number;
  readonly #height: number;
  readonly #gap: number;
  /** The path of each colour. */
  readonly #paths = new Map<number, string[]>();
  readonly #failed: string[] = [];
  readonly #labels: string[] = [];
  /** Rectangles that are being merged: their edges, and the colour of the widest. */
  #left = 0;
  #right = 0;
  #widest = 0;
  #colour: number | undefined;
  /** The right edge of the last rectangle that was drawn. */
  #drawnTo = -1;
  /** The present step: its number, how much of it is filled, and how much of that failed. */
  #step = 0;
  #filled = 0;
  #failing = 0;

  constructor(top: number, height: number, gap: number = 0) {
    this.#top = top;
    this.#height = height;
    this.#gap = gap;
  }

  /** Adds a rectangle; to be called from left to right. */
  add(left: number, right: number, colour: number, failed: boolean): void {
    const wide = right - left >= STEP;
    if (!wide) this.#count(left, Math.max(right - left, 1e-3), failed);
    const open = this.#colour !== undefined;
    if (open && (right - this.#left > FINEST || left - this.#right > FINEST)) this.#flush();
    if (wide && failed) {
      this.#flush();
      const [from, to] = this.#next(left, right);
      this.#failed.push(this.#rectangle(from, to, this.#height));
      return;
    }
    if (this.#colour === undefined) {
      this.#left = left;
      this.#widest = -1;
    }
    this.#right = Math.max(left, right);
    if (right - left <= this.#widest) return;
    this.#widest = right - left;
    this.#colour = colour;
  }

  /** Adds the text on a rectangle, and the text shown when it is pointed at. */
  label(left: number, right: number, title: string, text: string, failed: boolean): void {
    const width = Math.max(1, right - left);
    this.#labels.push(
      `<g><title>${escaped(title)}</title><rect class="over" x="${fixed(left)}" y="${fixed(this.#top)}" width="${fixed(width)}" height="${fixed(this.#height)}"/>` +
        (text === ''
          ? '</g>'
          : `<text class="number${failed ? ' bad' : ''}" x="${fixed(left + width / 2)}" y="${fixed(this.#top + this.#height / 2 + 3.5)}">${escaped(text)}</text></g>`),
    );
  }

  drawn(): string[] {
    this.#flush();
    this.#flushStep();
    const paths = [...this.#paths].map(([colour, path]) => `<path class="c${colour}" d="${path.join('')}"/>`);
    // Lines as thick as the lane: as text they take a third of what rectangles would.
    const middle = fixed(this.#top + this.#height / 2);
    const parts = [`<g transform="translate(0 ${middle})" stroke-width="${fixed(this.#height)}">${paths.join('')}</g>`];
    // Last, so that they are over their neighbours.
    if (this.#failed.length > 0) parts.push(`<path class="failed" d="${this.#failed.join('')}"/>`);
    return [...parts, ...this.#labels];
  }

  #count(left: number, width: number, failed: boolean): void {
    const step = Math.floor(left / STEP);
    if (step !== this.#step) this.#flushStep();
    this.#step = step;
    this.#filled += width;
    if (failed) this.#failing += width;
  }

  #flushStep(): void {
    if (this.#failing > 0) {
      const least = Math.min(SEEN, this.#height / 2);
      const tall = least + (this.#failing / this.#filled) * (this.#height - least);
      this.#failed.push(this.#rectangle(STEP * this.#step, STEP * (this.#step + 1), tall));
    }
    this.#filled = this.#failing = 0;
  }

  #flush(): void {
    if (this.#colour === undefined) return;
    let path = this.#paths.get(this.#colour);
    if (path === undefined) this.#paths.set(this.#colour, (path = []));
    // The edges are rounded, not the width: rounded widths would leave gaps.
    const [from, to] = this.#next(this.#left, this.#right).map(fixed) as [number, number];
    path.push(`M${from} 0h${fixed(to - from)}`);
    this.#colour = undefined;
  }

  /** The edges at which the next rectangle is drawn. */
  #next(left: number, right: number): [from: number, to: number] {
    const from = left - this.#drawnTo < TOUCHING ? Math.min(left, this.#drawnTo) : left;
    const width = right - from - (right - from > 4 * this.#gap ? this.#gap : 0);
    this.#drawnTo = right;
    return [from, from + Math.max(FINEST, width)];
  }

  /** A rectangle on the bottom of the lane. */
  #rectangle(from: number, to: number, tall: number): string {
    const bottom = this.#top + this.#height;
    return `M${fixed(from)} ${fixed(bottom - tall)}H${fixed(to)}V${fixed(bottom)}H${fixed(from)}z`;
  }
}

const fixed = (value: number): number => Math.round(value * 10) / 10;

export const escaped = (plain: string): string =>
  plain.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`).replace(/[^\t\n\r\u0020-\uFFFD]/g, '?');
