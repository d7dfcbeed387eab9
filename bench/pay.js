/** The table in docs/guides/tuning.md that says when workers pay: between two comments there, rewritten when its figures are measured. */
import { readFileSync, writeFileSync } from 'node:fs';
import { columns } from './columns.js';
import { bestPeer } from './report.js';
import { table } from './table.js';

const GUIDE = new URL('../docs/guides/tuning.md', import.meta.url);
const PLACE = /(?<=^<!-- bench: written by .* -->\n).*?(?=^<!-- bench: end -->$)/ms;
const ROWS = {
  noop: 'a number, hardly any work (`n + 1`)',
  json: 'an object of 20 fields, 2 µs',
  '20us': 'a number, 20 µs',
  '1ms': 'a number, 1 ms',
  '50ms': 'a number, 50 ms',
};

export function writePay(results) {
  const before = readFileSync(GUIDE, 'utf8');
  const after = before.replace(PLACE, `\n${payTable(results)}\n\n`);
  if (after !== before) writeFileSync(GUIDE, after);
}

function payTable(results) {
  const { show } = columns.rate;
  const rows = Object.entries(ROWS).flatMap(([id, title]) => {
    const measured = results[id];
    const loop = measured?.figures.sequential?.rate;
    const ours = measured?.figures['rxjs-parallel']?.rate;
    if (loop === undefined || ours === undefined) return [];
    const best = bestPeer(id, measured);
    const peer = Number.isFinite(best) ? show(best) : '–';
    return [[title, show(loop), show(ours), `${ratio(ours / loop)} ×`, peer]];
  });
  return table(
    ['values/s: each value, and the work on it', '`map`', '`parallelMap`, 2 workers', 'gain', 'best other library'],
    rows,
  );
}

const ratio = (n) => (n < 0.1 ? n.toPrecision(1) : n.toFixed(2));
