// The short pieces of code in README.md, one after another.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { from, range, take } from 'rxjs';
import {
  ClosureError,
  localPool,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
  TaskTimeoutError,
  taskOf,
  Transfer,
  Worker,
  workerPool,
} from 'rxjs-parallel';
import type { CompressApi } from './compress.worker.ts';
import type { PrimesApi } from './primes.worker.ts';
import type { WordsApi } from './words.worker.ts';

console.log('\nA pool of a worker module');
// #region pool
const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }),
  4,
);

await range(1, 8)
  .pipe(parallelMap((primes, n) => primes.count(0, n * 100_000), pool))
  .forEach((count) => console.log(count));
// #endregion

console.log('\nThe operators of the pool');
// #region operators
await range(1, 8)
  .pipe(pool.map((primes, n) => primes.count(0, n * 100_000)))
  .forEach((found) => console.log(found));
// #endregion

console.log('\nOne call');
// #region run
const count = await pool.run((primes) => primes.count(0, 1_000_000), { timeout: 5000 });
console.log(count);
// #endregion

console.log('\nWhat a worker keeps');
const allWords = ['able', 'cable', 'dog'];
// #region setup
const dictionary = workerPool<WordsApi>(
  () => new Worker(new URL('./words.worker.js', import.meta.url), { type: 'module' }),
  { size: 2, data: allWords },
);
await dictionary.warmUp(); // workers are up before anybody waits for them
await dictionary.each((worker) => worker.add('table')); // every worker that is up; { keep: true }: and those that come later
console.log(await dictionary.run((worker) => worker.find('able')));
// #endregion
await dictionary.close();

console.log('\nWhat the pool does');
// #region stats
const { running, completed, taskTime, carryTime, busy } = pool.stats();
console.log(`${running} running, ${completed} completed`);
console.log(`${taskTime} ms in tasks, ${carryTime} ms in which workers had tasks and were in none`);
console.log('each worker was busy for this share of its time:', busy);
const watching = pool.events$.subscribe(({ type, worker }) => console.log(type, worker));
await pool.run((primes) => primes.count(0, 100));
watching.unsubscribe();
// #endregion

console.log('\nAn inline function with context');
// #region context
const stopWords = new Set(['a', 'of', 'the']);

await from(['the', 'speed', 'of', 'light'])
  .pipe(parallelMap((word, index, stop) => (stop.has(word) ? '-' : word.toUpperCase()), 2, { context: stopWords }))
  .forEach((word) => console.log(word));
// #endregion

console.log('\nAn inline function that imports');
// #region import
const sha256 = async (text: string) => {
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(text).digest('hex');
};

await from(['one', 'two', 'three'])
  .pipe(parallelMap(sha256, 2))
  .forEach((hash) => console.log(hash));
// #endregion

console.log('\nA closure');
// #region closure
const factor = 3;

await range(1, 3)
  .pipe(parallelMap((n) => n * factor, 2))
  .forEach((product) => console.log(product))
  .catch((error: unknown) => {
    if (error instanceof ClosureError) console.log(error.message);
  });
// #endregion

console.log('\nThe task of an error');
// #region taskOf
await from(['{"a": 1}', '{"b": 2}', 'not JSON', '{"d": 4}'])
  .pipe(parallelMap((text) => JSON.parse(text) as object, 2))
  .forEach((value) => console.log(value))
  .catch((error: unknown) => console.log(String(error), taskOf(error)));
// #endregion

console.log('\nA timeout');
// #region timeout
const countdown = (n: number) => {
  while (n > 0) n--; // Infinity - 1 is Infinity: this one never ends
  return 'done';
};

await from([1, Infinity, 1000])
  .pipe(parallelMap(countdown, 2, { timeout: 500, onError: 'settle' }))
  .forEach((result) => {
    if (result.status === 'fulfilled') console.log(result.input, result.value);
    else if (result.reason instanceof TaskTimeoutError) console.log(result.input, result.reason.message);
  });
// #endregion

console.log('\nBuffers moved both ways');
// #region transfer
const zip = workerPool<CompressApi>(
  () => new Worker(new URL('./compress.worker.js', import.meta.url), { type: 'module' }),
  2,
);

await range(1, 3)
  .pipe(
    parallelMap((worker, n) => {
      const bytes = new Uint8Array(n * 1_000_000);
      return worker.compress(Transfer(bytes, [bytes.buffer]), 5);
    }, zip),
  )
  .forEach(({ size, compressed }) => console.log(`${size} bytes are now ${compressed.length}`));
// #endregion

console.log('\nStop when three have come');
// #region take
await range(1, 1_000_000)
  .pipe(
    parallelMapUnordered((primes, n) => primes.count(0, n), pool),
    take(3),
  )
  .forEach((found) => console.log(found));
// #endregion

console.log('\nPulled: an endless source');
// #region pull
function* naturals(): Generator<number> {
  for (let n = 1; ; n++) yield n;
}

for await (const found of parallelMapIterable(naturals(), (primes, n) => primes.count(0, n * 1000), pool)) {
  console.log(found);
  if (found > 1000) break; // closes the generator, and cancels what is out
}
// #endregion

console.log('\nPulled: a file, line by line');
// #region lines
const lines = createInterface({ input: createReadStream('package.json') });
let longest = '';

for await (const line of parallelMapIterable(lines, (text) => text.trim(), 2, { window: 100 }))
  if (line.length > longest.length) longest = line;
console.log(longest);
// #endregion

console.log('\nPulled, as an Observable');
// #region paced
const paced = from(parallelMapIterable(naturals(), (primes, n) => primes.count(0, n * 1000), pool));

await paced.pipe(take(3)).forEach((found) => console.log(found));
// #endregion

console.log('\nThe same chain without workers');
// #region local
const local = localPool({ double: (n: number) => 2 * n });

await range(1, 3)
  .pipe(parallelMap((worker, n) => worker.double(n), local))
  .forEach((n) => console.log(n));
// #endregion

// #region close
await pool.close(); // or: await using pool = workerPool(…)
await zip.close({ drain: false });
// #endregion
