// `npm run build && node scripts/draw-order.js`: draws docs/images/order.svg, the same tasks in order and as they complete, of a real pool.
import { mkdir, writeFile } from 'node:fs/promises';
import { from, lastValueFrom } from 'rxjs';
import { Worker, workerPool } from '../dist/node/index.js';
import { timeline } from '../dist/browser/timeline/index.js';

/** How long each task takes, in ms: a slow one among the first, as in most work. */
const TASKS = [60, 190, 45, 80, 50, 95, 40, 70, 120, 35, 60, 85, 45, 150, 55, 40, 75, 50];
const WORKERS = 4;

/** @type {import('../dist/node/index.js').WorkerPool<import('./draw-order.worker.js').RenderApi>} */
const pool = workerPool(
  () => new Worker(new URL('./draw-order.worker.js', import.meta.url), { type: 'module' }),
  WORKERS,
);
const tasks = from(TASKS);
// What the first calls load is in no picture.
await pool.warmUp();
await lastValueFrom(tasks.pipe(pool.map((worker) => worker.render(1))));
const seen = timeline(pool);
await lastValueFrom(tasks.pipe(pool.map((worker, ms) => worker.render(ms))));
await lastValueFrom(tasks.pipe(pool.mapUnordered((worker, ms) => worker.render(ms))));
await pool.close();

/** The first of its streams that are drawn: the one before was not recorded. */
const first = 1;
const titles = [
  'parallelMap: results in the order of the source',
  'parallelMapUnordered: each result as soon as its task completes',
];
const draw = (/** @type {import('../dist/browser/timeline/index.js').PictureOptions} */ options) =>
  titles.map((title, stream) => seen.toSVG({ ...options, title, stream: first + stream }).trim());
// Both to the scale of the longer.
const took = draw({}).map((panel) => Number(/([\d.]+) ms · idle/.exec(panel)?.[1]));
const panels = draw({ duration: Math.max(...took) });
const heights = panels.map((panel) => Number(/height="([\d.]+)"/.exec(panel)?.[1]));
const placed = panels.map((panel, at) => panel.replace('<svg ', `<svg y="${at === 0 ? 0 : heights[0]}" `));
const height = heights.reduce((sum, each) => sum + each, 0);
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 ${height}" width="960" height="${height}">\n${placed.join('\n')}\n</svg>\n`;
await mkdir('docs/images', { recursive: true });
await writeFile('docs/images/order.svg', svg);
console.log(`docs/images/order.svg, ${svg.length} bytes`);
