/** What the workers do. Every library runs these very functions. */

/** Steps of arithmetic in a microsecond: measured once a run (calibrate.js) and the same for all. */
const STEPS = Number(process.env.BENCH_STEPS_PER_US ?? 500);

/** Keeps a core busy by a fixed amount of arithmetic, not by reading a clock, so that the work is the same for all. */
export function spin(seed, steps) {
  let x = seed | 0;
  for (let step = 0; step < steps; step++) x = (Math.imul(x, 1664525) + 1013904223) | 0;
  return x;
}

export const noop = (n) => n + 1;
export const spin20us = (n) => spin(n, 20 * STEPS);
export const spin300us = (n) => spin(n, 300 * STEPS);
export const spin1ms = (n) => spin(n, 1_000 * STEPS);
export const spin50ms = (n) => spin(n, 50_000 * STEPS);
/** One in 20 takes 25 times longer. */
export const skewed = (n) => spin(n, (n % 20 === 7 ? 25_000 : 1_000) * STEPS);

/** The numbers from 1 to `n`, one by one. */
export function* counted(n) {
  for (let each = 1; each <= n; each++) yield each;
}

/** Two numbers, the second 50 ms after the first. */
export function* slowly() {
  yield 1;
  yield spin50ms(1);
}

/** A record with totals added. */
export function enrich(record) {
  const { price, quantity, discount, tax } = record;
  const net = price * quantity * (1 - discount);
  return { ...record, net, gross: net * (1 + tax), label: `${record.name} (${record.city})`.toUpperCase() };
}

/** A small object, as a new one. */
export const priced = ({ id, colour, price }) => ({ id, colour, price: price + 1 });

/** Gives a buffer back: copied. */
export const bounce = (bytes) => bytes;
/** The same, moved: each library's worker file marks the result for transfer in that library's way. */
export const bounceMoved = bounce;
