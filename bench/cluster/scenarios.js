/** What is simulated, with the costs that were measured. */
import { randomFrom } from './events.js';
import { LOSS, MACHINES } from './measure.js';
import { rerunAfter, simulate } from './simulate.js';

export const THREADS = 8;
export const GROWTH = { machines: [10, 30, 100, 300, 1000], tasks: [20, 200, 2000, 20_000], cv: 0.5 };
export const WINDOWS = { machines: 64, task: 1000, size: 2 * 64 * THREADS, cvs: [0, 0.25, 0.5, 1] };
export const LOSSES = { machines: 100, task: 1000, cv: 0.5, at: 30_000, minute: 60_000 };
/** What `serve` does unless told otherwise, and what suits machines whose main thread is never busy. */
const DEFAULT = { lockDuration: 30_000, stalledInterval: 30_000 };
const SHORT = { lockDuration: 5000, stalledInterval: 5000 };
export const SHARDS = { machines: 300, task: 200, cv: 0.5 };

/** ms a job. */
export function costsOf({ streams, timer }) {
  const { single, 'wait-1': one } = streams;
  return {
    redis: single.cpu / 1000,
    producer: single.producer / 1000,
    main: single.main / 1000,
    turnaround: Math.max(0, 1000 / one.rate - timer),
  };
}

export function simulateAll(measured) {
  const costs = costsOf(measured);
  const run = (scenario) => simulate({ costs, threads: THREADS, ...scenario });
  return {
    costs,
    check: MACHINES.map((machines) =>
      run({ machines, threads: 1, task: measured.timer, size: 64, values: 300 * machines }),
    ),
    growth: GROWTH.tasks.flatMap((task) =>
      GROWTH.machines.map((machines) => Object.assign({ task, machines }, run({ machines, task, cv: GROWTH.cv }))),
    ),
    windows: [1, 2, 4, 8, 'auto', Infinity, 'unordered'].map((times) => ({
      window: typeof times === 'string' ? times : String(times * WINDOWS.size),
      cores: WINDOWS.cvs.map(
        (cv) =>
          run({ ...WINDOWS, cv, values: 20_000, window: typeof times === 'string' ? times : times * WINDOWS.size })
            .cores,
      ),
    })),
    rerun: [DEFAULT, SHORT, LOSS].map((times) => Object.assign(rerun(times), times)),
    losses: ['auto', Infinity, 'unordered'].flatMap((window) =>
      [DEFAULT, SHORT].map((times) => {
        const { at, minute, ...scenario } = LOSSES;
        const lose = { at, ...times };
        const found = run({ ...scenario, window, lose, values: 100_000, from: at, to: at + minute });
        return Object.assign(found, times, { window: String(window) });
      }),
    ),
    shards: [
      ...[1, 2, 4, 8].flatMap((shards) =>
        [...new Set([1, shards])].map((producers) =>
          Object.assign(run({ ...SHARDS, shards, producers }), { shards, producers }),
        ),
      ),
      Object.assign(run({ ...SHARDS, task: 10 * SHARDS.task }), { shards: 1, producers: 1, unit: 10 }),
    ],
  };
}

function rerun(times) {
  const random = randomFrom(1);
  const all = Array.from({ length: 10_000 }, () => rerunAfter(times, Infinity, random));
  const mean = all.reduce((sum, ms) => sum + ms) / all.length;
  return { least: Math.min(...all), mean, most: Math.max(...all) };
}
