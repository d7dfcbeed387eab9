/** An access log that nobody wrote: always the same for the same size. */

/** A part of a log: part `index` of `count`, of at least `bytes`. */
export interface Part {
  readonly index: number;
  readonly count: number;
  readonly bytes: number;
}

/** With a mebibyte the process takes 40 MiB more, and is no faster. */
const PART = 2 ** 16;

/** The parts of a log of that size: they are made on their own, each from its number. */
export function* partsOf(size: number): Generator<Part> {
  const count = Math.ceil(size / PART);
  for (let index = 0; index < count; index++) yield { index, count, bytes: Math.min(PART, size - index * PART) };
}

/** The lines of one part; the parts share out a day. */
export function linesOf({ index, count, bytes }: Part): Uint8Array {
  const random = randomOf(index);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const day = 86_400;
  let text = '';
  while (text.length < bytes) {
    const second = Math.floor((day * (index + text.length / bytes)) / count);
    const clock = [second / 3600, (second / 60) % 60, second % 60]
      .map((part) => String(Math.floor(part)).padStart(2, '0'))
      .join(':');
    // Few paths are asked for often, and many hardly ever.
    const path = `${pick(SECTIONS)}/${Math.floor(400 * random() ** 4)}`;
    const status = random() < 0.93 ? 200 : pick(OTHERS);
    // Slower towards noon, with a long tail.
    const load = 1 + Math.sin((Math.PI * second) / day) ** 2;
    const ms = Math.round((load * 20) / (1.0005 - random()) ** 0.7);
    const address = `203.0.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}`;
    const size = Math.floor(random() * 50_000);
    text += `${address} - - [12/Mar/2026:${clock} +0000] "GET ${path} HTTP/1.1" ${status} ${size} "-" "${pick(AGENTS)}" ${ms}\n`;
  }
  return new TextEncoder().encode(text);
}

const SECTIONS = ['/products', '/articles', '/images', '/search', '/api/items', '/api/users'];
const OTHERS = [301, 304, 304, 304, 400, 403, 404, 404, 500, 503];
const AGENTS = ['Mozilla/5.0 (X11; Linux x86_64) Firefox/153.0', 'Mozilla/5.0 (Macintosh) Safari/626.1', 'curl/8.9'];

/** Mulberry32: random numbers from 0 to 1 that follow from their seed. */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
