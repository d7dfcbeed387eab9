import type { Tally } from './logs.tally.ts';

const number = new Intl.NumberFormat('en').format;
const PERCENTILES = [50, 90, 99];
const MOST_PATHS = 10;

/** What a tally says, as text: the same tally gives the same text. */
export function reportOf({ lines, unknown, paths, statuses, times }: Tally): string {
  const rows = [`${number(lines)} lines${unknown === 0 ? '' : `, ${number(unknown)} of them in no known format`}`];
  const row = (left: string, right: string): number => rows.push(`${right.padStart(14)}  ${left}`);

  rows.push('', `The ${Math.min(MOST_PATHS, paths.size)} most asked for of ${number(paths.size)} paths`);
  const byCount = [...paths].toSorted(([a, m], [b, n]) => (m === n ? (a < b ? -1 : 1) : n - m));
  for (const [path, count] of byCount.slice(0, MOST_PATHS)) row(path, number(count));

  rows.push('', 'Answers by status');
  for (const [status, count] of inOrder(statuses)) row(status, number(count));

  if (times.size > 0) rows.push('', `Hour  ${PERCENTILES.map((each) => `p${each}`.padStart(9)).join('')}`);
  for (const [hour, counts] of inOrder(times)) {
    const cells = PERCENTILES.map((each) => `${number(percentile(counts, each))} ms`.padStart(9));
    rows.push(`${hour}    ${cells.join('')}`);
  }
  return rows.join('\n');
}

/** The least time that so many percent of the answers did not exceed. */
function percentile(counts: ReadonlyMap<number, number>, percent: number): number {
  let wanted = Math.ceil(([...counts.values()].reduce((sum, count) => sum + count, 0) * percent) / 100);
  for (const [ms, count] of [...counts].toSorted(([a], [b]) => a - b)) {
    wanted -= count;
    if (wanted <= 0) return ms;
  }
  throw new Error('There is nothing to take a percentile of');
}

function inOrder<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
