/** One line of a web server's access log in the combined format; the time that the answer took, in ms, may follow. */
const LINE =
  /^\S+ \S+ \S+ \[[^\]:]+:(?<hour>\d\d):[^\]]*\] "\S+ (?<path>[^\s?"]+)[^"]*" (?<status>\d{3}) \S+(?: "[^"]*" "[^"]*"(?: (?<ms>\d+))?)?$/;

type Counts<Key> = Map<Key, number>;

function count<Key>(counts: Counts<Key>, key: Key, by: number = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function addAll<Key>(counts: Counts<Key>, others: Counts<Key>): void {
  for (const [key, by] of others) count(counts, key, by);
}

/** What is counted in a log. Counts of parts add up to those of the whole, whatever their order. */
export interface Tally {
  lines: number;
  /** Lines that are in no format known here. */
  unknown: number;
  readonly paths: Counts<string>;
  readonly statuses: Counts<string>;
  /** How often an answer took so many milliseconds, by the hour of the day. */
  readonly times: Map<string, Counts<number>>;
}

export const emptyTally = (): Tally => ({
  lines: 0,
  unknown: 0,
  paths: new Map(),
  statuses: new Map(),
  times: new Map(),
});

/** Counts what is in whole lines. */
export function tallyOf(bytes: Uint8Array): Tally {
  const tally = emptyTally();
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    addLine(tally, text.slice(start, end));
    start = end + 1;
  }
  return tally;
}

function addLine(tally: Tally, line: string): void {
  tally.lines++;
  const { hour, path, status, ms } = LINE.exec(line)?.groups ?? {};
  if (hour === undefined || path === undefined || status === undefined) {
    tally.unknown++;
    return;
  }
  count(tally.paths, path);
  count(tally.statuses, status);
  if (ms !== undefined) count(timesOf(tally, hour), Number(ms));
}

export function add(tally: Tally, part: Tally): void {
  tally.lines += part.lines;
  tally.unknown += part.unknown;
  addAll(tally.paths, part.paths);
  addAll(tally.statuses, part.statuses);
  for (const [hour, times] of part.times) addAll(timesOf(tally, hour), times);
}

function timesOf({ times }: Tally, hour: string): Counts<number> {
  const found = times.get(hour);
  if (found !== undefined) return found;
  const made: Counts<number> = new Map();
  times.set(hour, made);
  return made;
}
