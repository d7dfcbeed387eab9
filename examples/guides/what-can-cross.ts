// The code of docs/guides/what-can-cross.md.
import { range } from 'rxjs';
// #region imports
import { CloneError, parallelMap, Transfer, Worker, workerPool } from 'rxjs-parallel';
import type { CompressApi } from '../compress.worker.ts';
// #endregion

// #region clone
await range(1, 1)
  .pipe(parallelMap((n) => () => n, 1)) // a function cannot cross
  .forEach(() => {})
  .catch((error: unknown) => console.log(error instanceof CloneError, String(error)));
// #endregion

// #region transfer
const pool = workerPool<CompressApi>(
  () => new Worker(new URL('../compress.worker.js', import.meta.url), { type: 'module' }),
  2,
);

await range(1, 3)
  .pipe(
    parallelMap((worker, n) => {
      const bytes = new Uint8Array(n * 1_000_000);
      return worker.compress(Transfer(bytes, [bytes.buffer]), 5); // moved there; bytes is empty now
    }, pool),
  )
  .forEach(({ size, compressed }) => console.log(`${size} bytes are now ${compressed.length}`));
await pool.close();
// #endregion

// #region shared
const counter = new Int32Array(new SharedArrayBuffer(4)); // shared, not copied

await range(1, 100)
  .pipe(parallelMap((n, index, shared) => Atomics.add(shared, 0, n), 2, { context: counter }))
  .forEach(() => {});
console.log(counter[0]); // 5050
// #endregion
