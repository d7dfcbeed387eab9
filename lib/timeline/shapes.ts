/** Rectangles side by side, as few as can be seen: what is narrower than a pixel is drawn with what is beside it. */

/** Pixels that are drawn one by one. */
const FINEST = 0.5;

/** A failure is at least so wide, however short it was. */
const SEEN = 2;

export class Shapes {
  readonly #top: number;
  readonly #height: number;
  readonly #gap: number;
  /** The path of each colour; -1 is that of failures. */
  readonly #paths = new Map<number, string[]>();
  readonly #said: string[] = [];
  /** What is too narrow to be drawn by itself: where it begins and ends, and the colour it has most of. */
  #left = 0;
  #right = 0;
  #widest = 0;
  #colour: number | undefined;

  constructor(top: number, height: number, gap: number = 0) {
    this.#top = top;
    this.#height = height;
    this.#gap = gap;
  }

  /** From left to right. */
  add(left: number, right: number, colour: number): void {
    const open = this.#colour !== undefined;
    if (open && (right - this.#left > FINEST || left - this.#right > FINEST)) this.#flush();
    if (this.#colour === undefined) {
      this.#left = left;
      this.#widest = -1;
    }
    this.#right = Math.max(left, right);
    if (right - left > this.#widest || colour < 0) {
      this.#widest = colour < 0 ? Infinity : right - left;
      this.#colour = colour;
    }
  }

  /** What is said of a rectangle when it is pointed at, and what is written on it. */
  say(left: number, right: number, said: string, written: string): void {
    const width = Math.max(1, right - left);
    this.#said.push(
      `<g><title>${escaped(said)}</title><rect class="over" x="${fixed(left)}" y="${fixed(this.#top)}" width="${fixed(width)}" height="${fixed(this.#height)}"/>` +
        (written === ''
          ? '</g>'
          : `<text class="number" x="${fixed(left + width / 2)}" y="${fixed(this.#top + this.#height / 2 + 3.5)}">${escaped(written)}</text></g>`),
    );
  }

  drawn(): string[] {
    this.#flush();
    // Failures are drawn last, over what is beside them.
    const inTurn = [...this.#paths].sort(([a], [b]) => b - a);
    const paths = inTurn.map(
      ([colour, path]) => `<path class="${colour < 0 ? 'failed' : `c${colour}`}" d="${path.join('')}"/>`,
    );
    return [...paths, ...this.#said];
  }

  #flush(): void {
    if (this.#colour === undefined) return;
    const gap = this.#right - this.#left > 4 * this.#gap ? this.#gap : 0;
    const width = Math.max(this.#colour < 0 ? SEEN : FINEST, this.#right - this.#left - gap);
    const height = fixed(this.#height);
    let path = this.#paths.get(this.#colour);
    if (path === undefined) this.#paths.set(this.#colour, (path = []));
    path.push(`M${fixed(this.#left)} ${fixed(this.#top)}h${fixed(width)}v${height}h${fixed(-width)}z`);
    this.#colour = undefined;
  }
}

const fixed = (value: number): number => Math.round(value * 100) / 100;

export const escaped = (plain: string): string =>
  plain.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`).replace(/[^\t\n\r\u0020-\uFFFD]/g, '?');
