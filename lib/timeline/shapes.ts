/** Rectangles side by side; those narrower than a pixel are merged. */

/** Pixels that are drawn one by one. */
const FINEST = 1;

/** A gap that is narrower is drawn as none: it would come out as a pixel. */
const TOUCHING = 0.5;

/** Failures that are narrower are drawn in steps so wide, as tall as their share of what else is there. */
const STEP = 2;
/** A failure is at least so tall, however few of its step have failed. */
const SEEN = 4;

export class Shapes {
  readonly #top: number;
  readonly #height: number;
  readonly #gap: number;
  /** The path of each colour. */
  readonly #paths = new Map<number, string[]>();
  readonly #failed: string[] = [];
  readonly #said: string[] = [];
  /** What is too narrow to be drawn by itself: where it begins and ends, and the colour it has most of. */
  #left = 0;
  #right = 0;
  #widest = 0;
  #colour: number | undefined;
  /** Where the last that was drawn ends. */
  #drawnTo = -1;
  /** The step that narrow shapes have come to, how much of it they are, and how much of that has failed. */
  #step = 0;
  #filled = 0;
  #failing = 0;

  constructor(top: number, height: number, gap: number = 0) {
    this.#top = top;
    this.#height = height;
    this.#gap = gap;
  }

  /** From left to right. */
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

  /** What is said of a rectangle when it is pointed at, and what is written on it. */
  say(left: number, right: number, said: string, written: string, failed: boolean): void {
    const width = Math.max(1, right - left);
    this.#said.push(
      `<g><title>${escaped(said)}</title><rect class="over" x="${fixed(left)}" y="${fixed(this.#top)}" width="${fixed(width)}" height="${fixed(this.#height)}"/>` +
        (written === ''
          ? '</g>'
          : `<text class="number${failed ? ' bad' : ''}" x="${fixed(left + width / 2)}" y="${fixed(this.#top + this.#height / 2 + 3.5)}">${escaped(written)}</text></g>`),
    );
  }

  drawn(): string[] {
    this.#flush();
    this.#flushStep();
    const paths = [...this.#paths].map(([colour, path]) => `<path class="c${colour}" d="${path.join('')}"/>`);
    // Lines as thick as they are tall: a third of the text that rectangles would take.
    const middle = fixed(this.#top + this.#height / 2);
    const parts = [`<g transform="translate(0 ${middle})" stroke-width="${fixed(this.#height)}">${paths.join('')}</g>`];
    // Over what is beside them.
    if (this.#failed.length > 0) parts.push(`<path class="failed" d="${this.#failed.join('')}"/>`);
    return [...parts, ...this.#said];
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
    // By its edges: rounded widths would leave gaps.
    const [from, to] = this.#next(this.#left, this.#right).map(fixed) as [number, number];
    path.push(`M${from} 0h${fixed(to - from)}`);
    this.#colour = undefined;
  }

  /** The edges of what comes after the last that was drawn. */
  #next(left: number, right: number): [from: number, to: number] {
    const from = left - this.#drawnTo < TOUCHING ? Math.min(left, this.#drawnTo) : left;
    const width = right - from - (right - from > 4 * this.#gap ? this.#gap : 0);
    this.#drawnTo = right;
    return [from, from + Math.max(FINEST, width)];
  }

  /** It stands on the bottom. */
  #rectangle(from: number, to: number, tall: number): string {
    const bottom = this.#top + this.#height;
    return `M${fixed(from)} ${fixed(bottom - tall)}H${fixed(to)}V${fixed(bottom)}H${fixed(from)}z`;
  }
}

const fixed = (value: number): number => Math.round(value * 10) / 10;

export const escaped = (plain: string): string =>
  plain.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`).replace(/[^\t\n\r\u0020-\uFFFD]/g, '?');
