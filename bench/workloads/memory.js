/** Values made one by one as they are asked for: what of them is in memory must not depend on how many there are. */
import { from, mergeMap } from 'rxjs';
import { Check } from '../check.js';
import { callOf } from '../drive.js';

/** @type {import('../drive.js').Job} */
const JOB = { task: 'noop' };
const FEW = 100_000;
const MANY = 10_000_000;

export const memory = {
  title: 'Memory over 10 000 000 values from a generator',
  about:
    'Peak memory of a process after 100 000 values, and how much more it is after 10 000 000. What follows the operators takes each result as it comes; the others are iterated. In a row with `from`, all values are pushed at once.',
  columns: ['memory', 'peak', 'many'],
  only: ['rxjs-parallel-iterable', 'rxjs-parallel', 'p-map', 'sequential'],
  without: {
    piscina: 'not done in 420 s',
  },
  rounds: 2,
  slow: true,
  limit: 400,
  async measure(library, { scale }) {
    const began = process.memoryUsage.rss();
    await run(library, FEW);
    const few = process.resourceUsage().maxRSS;
    const start = performance.now();
    const check = await run(library, MANY * scale);
    const ms = performance.now() - start;
    const most = process.resourceUsage().maxRSS;
    return {
      check,
      figures: {
        peak: (few * 1024 - began) / 2 ** 20,
        memory: (most - few) / 1024,
        many: (ms / (MANY * scale)) * 1000,
      },
    };
  },
};

async function run(library, count) {
  const check = new Check();
  const source = numbers(count);
  if (library.iterable === undefined) await pushed(library, source).forEach((result) => check.add(result));
  else for await (const result of library.iterable(JOB, source)) check.add(result);
  return check;
}

function pushed(library, source) {
  if (library.operator !== undefined) return from(source).pipe(library.operator(JOB));
  return from(source).pipe(mergeMap(callOf(library, JOB), library.concurrency));
}

function* numbers(count) {
  for (let n = 0; n < count; n++) yield n;
}
