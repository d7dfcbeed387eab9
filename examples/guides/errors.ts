// The code of docs/guides/errors.md.
import { from, range } from 'rxjs';
import { parallelMap, TaskTimeoutError, taskOf, TooManyFailuresError } from 'rxjs-parallel';

// #region throw
const texts = ['{"a": 1}', '{"b": 2}', 'not JSON', '{"d": 4}'];
const parse = (text: string) => JSON.parse(text) as object;

await from(texts)
  .pipe(parallelMap(parse, 2))
  .forEach((value) => console.log(value)) // two values
  .catch((error: unknown) => console.log(String(error), taskOf(error))); // { index: 2, input: 'not JSON' }
// #endregion

// #region skip
await from(texts)
  .pipe(parallelMap(parse, 2, { onError: 'skip' }))
  .forEach((value) => console.log(value)); // three values
// #endregion

// #region settle
await from(texts)
  .pipe(parallelMap(parse, 2, { onError: 'settle', maxFailures: 10 }))
  .forEach((result) => {
    if (result.status === 'fulfilled') console.log(result.index, result.value);
    else console.log(result.index, result.input, String(result.reason));
  });
// #endregion

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

// #region retry
const flaky = (n: number) => {
  if (Math.random() < 0.5) throw Object.assign(new Error('busy'), { code: 'EBUSY' });
  return n;
};

await range(1, 5)
  .pipe(
    parallelMap(flaky, 2, {
      retry: {
        times: 20,
        delay: (attempt) => Math.min(2 ** attempt, 50), // ms; the wait holds no worker
        when: (error) => (error as { code?: unknown }).code === 'EBUSY',
      },
    }),
  )
  .forEach((n) => console.log(n));
// #endregion

// #region tooMany
await range(1, 100)
  .pipe(
    parallelMap(
      (n) => {
        throw new Error(`no ${n}`);
      },
      2,
      { onError: 'skip', maxFailures: 3 },
    ),
  )
  .forEach(() => {})
  .catch((error: unknown) => {
    if (error instanceof TooManyFailuresError) console.log(error.message, error.errors.length);
  });
// #endregion
