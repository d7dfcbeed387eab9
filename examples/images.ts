// Makes thumbnails of the pictures of a directory in workers, tells how far each is, and writes a CSV in their order.
// A broken picture costs the others nothing. Ctrl-C ends it: the CSV then has the first ones, each a whole line.
//   images DIR [--count N]      DIR is made, with N pictures (12 unless given), where it is not there
import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'csv-stringify/sync';
import { from, fromEvent, takeUntil, tap } from 'rxjs';
import { parallelMap, Worker, workerPool } from 'rxjs-parallel';
import { generate } from './images.generate.ts';
import type { ImagesApi } from './images.worker.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '12' } },
});
const [directory] = positionals;
const count = Number(values.count);
if (directory === undefined || positionals.length > 1 || !Number.isSafeInteger(count) || count < 1) {
  console.error('usage: images DIR [--count N]');
  process.exit(1);
}

if (!existsSync(directory)) await generate(directory, count);
mkdirSync(join(directory, 'thumbnails'), { recursive: true });
const pictures = readdirSync(directory).filter((name) => name.endsWith('.jpg'));
const csv = join(directory, 'thumbnails.csv');
writeFileSync(csv, 'picture,width,height,error\n');

const pool = workerPool<ImagesApi>(
  () => new Worker(new URL('./images.worker.js', import.meta.url), { type: 'module' }),
);
const interrupted = fromEvent(process, 'SIGINT').pipe(tap(() => (process.exitCode = 130)));
let [made, broken] = [0, 0];

await from(pictures.sort())
  .pipe(
    parallelMap((worker, picture) => worker.thumbnails(join(directory, picture), [640, 160]), pool, {
      onError: 'settle',
      onReport: ({ input, value }) => console.log(`${input}: ${value}`),
    }),
    takeUntil(interrupted),
  )
  .forEach((result) => {
    if (result.status === 'fulfilled') made++;
    else broken++;
    const { width = '', height = '' } = result.status === 'fulfilled' ? result.value : {};
    const error = result.status === 'fulfilled' ? '' : String(result.reason);
    appendFileSync(csv, stringify([[result.input, width, height, error]]));
    if (error !== '') console.log(`${result.input}: ${error}`);
  });
await pool.close();

if (process.exitCode === 130) console.log(`Interrupted after ${made + broken} of ${pictures.length} pictures`);
else console.log(`${pictures.length} pictures: ${made} have thumbnails, ${broken} could not be read`);
console.log(`${csv} has a line for each, in their order`);
