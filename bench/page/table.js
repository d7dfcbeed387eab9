/** The table of a page's first result, of the figures that were measured last. */
import { existsSync, readFileSync } from 'node:fs';
import { table } from '../table.js';

export const FIGURES = new URL('../results.page.json', import.meta.url);

const TITLES = {
  'rxjs-parallel': 'rxjs-parallel',
  comlink: 'comlink',
  bare: '_by hand, module workers that import nothing_',
};

/** Undefined where nothing was measured yet. */
export function pageFigures() {
  return existsSync(FIGURES) ? JSON.parse(readFileSync(FIGURES, 'utf8')) : undefined;
}

export function pageSection() {
  const measured = pageFigures();
  if (measured === undefined) return undefined;
  const { browser, date, machine, rounds } = measured;
  return `## In a page

From a click to the first result: the pool of two workers is made at the click, and both start then. Cold: each time a browser
that has just started. Measured ${date} by \`npm run bench:page\`, ${rounds} rounds. On ${machine.processor}; ${browser}.

${pageTable(measured)}
`;
}

export function pageTable({ ms }) {
  const rows = Object.entries(ms).map(([name, took]) => [TITLES[name], took.toFixed(1), (took / ms.bare).toFixed(2)]);
  return table(['', 'ms', '× by hand'], rows);
}
