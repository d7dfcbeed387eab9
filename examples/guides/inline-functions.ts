// The code of docs/guides/inline-functions.md.
import { from, range } from 'rxjs';
import { ClosureError, parallelMap } from 'rxjs-parallel';

// #region closure
const factor = 3;

await range(1, 3)
  .pipe(parallelMap((n) => n * factor, 2))
  .forEach((product) => console.log(product))
  .catch((error: unknown) => {
    if (error instanceof ClosureError) console.log(error.message);
  });
// #endregion

// #region context
const stopWords = new Set(['a', 'of', 'the']);

await from(['the', 'speed', 'of', 'light'])
  .pipe(parallelMap((word, index, stop) => (stop.has(word) ? '-' : word.toUpperCase()), 2, { context: stopWords }))
  .forEach((word) => console.log(word));
// #endregion

// #region import
const sha256 = async (text: string) => {
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(text).digest('hex');
};

await from(['one', 'two', 'three'])
  .pipe(parallelMap(sha256, 2))
  .forEach((hash) => console.log(hash));
// #endregion

// #region setup
await from(['11', 'x'])
  .pipe(
    parallelMap((text, index, pattern) => pattern.test(text), 2, {
      context: '^\\d+$',
      setup: (source: string) => new RegExp(source), // once in each worker
    }),
  )
  .forEach((matches) => console.log(matches));
// #endregion

// #region task
await range(1, 2)
  .pipe(
    parallelMap(
      (n, index, context, task) => {
        task.report(`begins with ${n}`);
        return n * n;
      },
      2,
      { onReport: ({ input, value }) => console.log(input, value) },
    ),
  )
  .forEach((square) => console.log(square));
// #endregion
