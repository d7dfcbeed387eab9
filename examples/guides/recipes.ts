// The code of docs/guides/recipes.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { generate } from '../csv.generate.ts';
// #region imports
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { from, fromEvent, interval, map, of, switchMap, takeUntil, tap } from 'rxjs';
import { parallelFlatMapIterable, parallelMap, Worker, workerPool } from 'rxjs-parallel';
// #endregion
// #region csvImports
import { rangesOf } from '../csv.orders.ts';
import type { CsvApi } from '../csv.worker.ts';
// #endregion
import type { FilesApi } from './files.worker.ts';
import type { TitlesApi } from './titles.worker.ts';

const folder = mkdtempSync(join(tmpdir(), 'rxjs-parallel-recipes-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (let n = 0; n < 20; n++) writeFileSync(join(folder, `${n}.json`), n === 7 ? '{ "corrupt' : JSON.stringify({ n }));

// #region files
const pool = workerPool<FilesApi>(() => new Worker(new URL('./files.worker.js', import.meta.url), { type: 'module' }));
const files = readdirSync(folder).sort();

const interrupted = fromEvent(process, 'SIGINT').pipe(tap(() => (process.exitCode = 130))); // Ctrl-C
const progress = interval(200).subscribe(() => {
  const { completed, failed } = pool.stats(); // counts tasks; emitted results may wait for a slow file
  console.error(`${completed + failed} of ${files.length} files`);
});

await from(files)
  .pipe(
    parallelMap((worker, file) => worker.hash(join(folder, file)), pool, { onError: 'settle' }),
    takeUntil(interrupted), // unsubscribes: the other files are not read
  )
  .forEach((result) => {
    if (result.status === 'fulfilled') console.log(`${result.value}  ${result.input}`);
    else console.log(`${String(result.reason)}  ${result.input}`); // the corrupt one
  });
progress.unsubscribe();
await pool.close();
// #endregion

const file = join(folder, 'orders.csv');
await generate(file, 20_000);

// #region csv
await using readers = workerPool<CsvApi>(
  () => new Worker(new URL('../csv.worker.js', import.meta.url), { type: 'module' }),
);
const ranges = rangesOf(file, 2 ** 18); // { start, end } in bytes, of whole lines
let [count, total] = [0, 0];

for await (const order of parallelFlatMapIterable(
  ranges,
  (worker, range) => worker.largeOrders(file, range, 400),
  readers,
)) {
  count++;
  total += order.total; // may await something slow: the workers then pause
}
console.log(`${count} orders, ${total.toFixed(0)} together`);
// #endregion

const titlesUrl = `data:application/json,${JSON.stringify(['The baker of Cork', 'The sailor of Cork'])}`;
const box = Object.assign(new EventTarget(), { value: '' });
let filled = (): void => {};
const searched = new Promise<void>((resolve) => (filled = resolve));
const list = {
  replaceChildren(...items: string[]): void {
    console.log(items);
    filled();
  },
};

// #region search
const titles = workerPool<TitlesApi>(
  () => new Worker(new URL('./titles.worker.js', import.meta.url), { type: 'module' }), // with Vite: './titles.worker.ts'
  { size: 2, data: titlesUrl }, // what setup is called with; in a page: new URL('titles.json', location.href).href
);

const hits = fromEvent(box, 'input').pipe(
  map(() => box.value.trim().toLowerCase()),
  switchMap((text) => of(text).pipe(titles.map((worker, query) => worker.search(query)))),
);
const shown = hits.subscribe((found) => list.replaceChildren(...found));
// #endregion
for (const value of ['bak', 'baker']) {
  box.value = value;
  box.dispatchEvent(new Event('input'));
}
await searched;
shown.unsubscribe();
await titles.close();
