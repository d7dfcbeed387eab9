/** What the machines do. Every way of driving them runs these very functions. */
import { setTimeout as sleep } from 'node:timers/promises';
import { spin } from '../tasks.js';

const STEPS = Number(process.env.BENCH_STEPS_PER_US ?? 500);

/** Kept, so that no compiler leaves the work out. */
export let last = 0;

/** All give `n + 1`: the check of the results then costs nothing. */
export const noop = (n) => n + 1;

export async function wait(n, ms = 20) {
  await sleep(ms);
  return n + 1;
}

/** A fixed amount of arithmetic: 20 ms of a core that has nothing else to do. */
export function compute(n) {
  last = spin(n, 20_000 * STEPS);
  return n + 1;
}
