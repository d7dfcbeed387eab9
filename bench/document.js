/** docs/measured/BENCHMARKS.md, the table in docs/guides/tuning.md, and the figures behind them: what was not measured this time stays as it was. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { languagesSection } from './languages/table.js';
import { pageSection } from './page/table.js';
import { writePay } from './pay.js';
import { sectionOf, targetsTable } from './report.js';
import { workloads } from './workloads.js';

const FIGURES = new URL('./results.json', import.meta.url);
const DOCUMENT = new URL('../docs/measured/BENCHMARKS.md', import.meta.url);

/** Returns where it wrote. */
export function write(results, about) {
  const all = { ...about, results: { ...earlier(), ...results } };
  writeFileSync(FIGURES, `${JSON.stringify(all, undefined, 2)}\n`);
  mkdirSync(new URL('.', DOCUMENT), { recursive: true });
  writeFileSync(DOCUMENT, documentOf(all));
  writePay(all.results);
  return fileURLToPath(DOCUMENT);
}

function earlier() {
  try {
    return JSON.parse(readFileSync(FIGURES, 'utf8')).results;
  } catch {
    return {};
  }
}

function documentOf({ machine, versions, results }) {
  const measured = Object.keys(workloads).filter((id) => results[id] !== undefined);
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `# Benchmarks

Written by \`npm run bench\`; the figures are in \`bench/results.json\`.

- **Machine**: ${machine.processor}; ${machine.system}; Node ${machine.node}.
- **Versions**: ${used.join(', ')}.
- **To repeat it**: \`npm ci && npm run bench\`: some twenty minutes on a machine that does nothing else. \`npm run bench -- --workloads noop,20us --rounds 3\` measures a part and
  leaves the rest of this page as it is; \`--quick\` tries everything in a few minutes and writes nothing. The other flags are in \`bench/run.js\`.

## How it is measured

Two workers. Every run is a process of its own; rounds go over all libraries in turn; the figures are medians. A task is a fixed
amount of arithmetic, measured once and the same for all. Each run warms up first, except where the cold start is what is
measured. A figure counts only if the checksum of the results is that of the sequential loop, and, where results come in
source order, if their order is.

Each library is driven as an RxJS user would, by \`mergeMap(call, concurrency)\`, with the concurrency and the settings of the
library that were best for the workload on this machine (\`bench/libraries/\`; \`npm --prefix bench run tune\` tries others).
Where 100 000 values or more wait, the calls are pulled instead, as the array that \`mergeMap\` keeps them in then costs more than the calls
themselves. The libraries give results as they complete: only rxjs-parallel puts them in order, unless it says unordered. The rows _by
hand_ are no libraries: they show what bare messages can do, without errors, cancelling or lost workers being looked after.

"Best peer" is the best of the libraries other than rxjs-parallel in the first column of the table.

## Results

${measured.map((id) => sectionOf(id, results[id])).join('\n')}
${pageSection() ?? ''}
${languagesSection() ?? ''}## Targets

Ratios, so that they mean the same on another machine.

${targetsTable(results)}
`;
}
