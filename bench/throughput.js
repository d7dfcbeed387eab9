/** Runs a stream of a job's values to its end, warm, and says how long it took and what it cost the main thread. */
import { Check } from './check.js';
import { results } from './drive.js';
import { mainThreadTime } from './mainThreadTime.js';

/** Compilers and queues settle in this time, in ms; workers start in it, too. In 300 a slow machine ran 20 000 values, interpreted. */
const WARM_UP = 1500;

/** `job` is `{ task, input, transfer, pulled, digest, taken }`; see the workloads. */
export function once(library, job, count) {
  return new Promise((done, failed) => {
    const check = new Check();
    const { digest = Number, taken } = job;
    const main = mainThreadTime();
    const began = performance.now();
    results(library, job, count).subscribe({
      next(result) {
        check.add(digest(result));
        taken?.(result);
      },
      error: failed,
      complete: () => done({ ms: performance.now() - began, mainMs: mainThreadTime() - main, check }),
    });
  });
}

export async function warmUp(library, job, count) {
  const until = performance.now() + WARM_UP;
  do await once(library, job, count);
  while (performance.now() < until);
}

/** A workload that measures values a second. */
export function throughput(job, count) {
  return async (library, { scale }) => {
    const values = Math.max(8, Math.round(count * scale));
    await warmUp(library, job, Math.ceil(values / 10));
    const { ms, mainMs, check } = await once(library, job, values);
    return { check, figures: { rate: (values / ms) * 1000, main: (mainMs / values) * 1000 } };
  };
}
