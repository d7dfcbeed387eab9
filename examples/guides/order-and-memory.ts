// The code of docs/guides/order-and-memory.md.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { from, interval, range, take } from 'rxjs';
import { parallelMap, parallelMapIterable, parallelMapUnordered } from 'rxjs-parallel';

// #region order
const waits = async (ms: number) => {
  await new Promise((wake) => setTimeout(wake, ms));
  return ms;
};

await from([50, 10, 40])
  .pipe(parallelMap(waits, 2))
  .forEach((ms) => console.log(ms)); // 50, 10, 40
await from([50, 10, 40])
  .pipe(parallelMapUnordered(waits, 2))
  .forEach((ms) => console.log(ms)); // 10, 50, 40
// #endregion

// #region window
await range(1, 1000)
  .pipe(parallelMap((n) => n * n, 2, { window: 10 })) // at most ten values are out or held back
  .forEach(() => {});
// #endregion

// #region lines
const lines = createInterface({ input: createReadStream('package.json') });
let longest = '';

for await (const line of parallelMapIterable(lines, (text) => text.trim(), 2, { window: 100 }))
  if (line.length > longest.length) longest = line;
console.log(longest);
// #endregion

// #region paced
function* range100(): Generator<number> {
  for (let n = 1; n <= 100; n++) yield n;
}
const paced = from(parallelMapIterable(range100(), (n) => n * n, 2));

await paced.pipe(take(3)).forEach((square) => console.log(square));
// #endregion

// #region overflow
await interval(1)
  .pipe(
    parallelMap((n) => n * n, 2, { maxPending: 100, overflow: 'drop-oldest' }),
    take(3),
  )
  .forEach((square) => console.log(square));
// #endregion

// #region key
const bookings = [
  { account: 'ann', amount: 5 },
  { account: 'bob', amount: 7 },
  { account: 'ann', amount: -2 },
];
await from(bookings)
  .pipe(
    parallelMapUnordered(({ account, amount }) => `${account} ${amount}`, 2, {
      key: ({ account }) => account, // those of one account one after another, in their order; accounts side by side
    }),
  )
  .forEach((booked) => console.log(booked));
// #endregion
