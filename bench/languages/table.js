/** The table across languages, of the figures that were measured last. */
import { existsSync, readFileSync } from 'node:fs';
import { table } from '../table.js';

export const FIGURES = new URL('../results.languages.json', import.meta.url);

/** Undefined where nothing was measured yet. */
export function languagesSection() {
  if (!existsSync(FIGURES)) return undefined;
  const measured = JSON.parse(readFileSync(FIGURES, 'utf8'));
  const { date, machine, rounds, workers } = measured;
  return `## Across languages

What \`concurrent.futures\` of CPython and this package make of the same tasks, on ${workers} workers: tasks a second, and how many times
the tasks a second of a loop in the same language. A task takes as long in both. Warm. Measured ${date} by
\`npm run bench:languages\`, ${rounds} rounds. On ${machine.processor}; ${machine.system}.

${languagesTable(measured)}
`;
}

export function languagesTable({ figures, tasks }) {
  const heads = ['', ...tasks.map(([, us, count]) => `${count} × ${us === 0 ? 'no-op' : lasting(us)}`)];
  const rows = [];
  for (const { language, ms } of figures)
    for (const [way, took] of Object.entries(ms)) {
      const cells = tasks.map(([task, , count]) => {
        const rate = (count / took[task]) * 1000;
        return `${Math.round(rate).toLocaleString('en')} (${show(ms['a loop'][task] / took[task])} ×)`;
      });
      rows.push([`${language}: ${way}`, ...cells]);
    }
  return table(heads, rows);
}

const show = (ratio) => (ratio < 0.1 ? ratio.toPrecision(1) : ratio.toFixed(2));

const lasting = (us) => (us < 1000 ? `${us} µs` : `${us / 1000} ms`);
