/** Where the time until a result is there counts, not how many come in a second. */
import { interval, lastValueFrom, mergeMap, of, take, tap } from 'rxjs';
import { Check } from '../check.js';
import { callOf } from '../drive.js';
import { median } from '../median.js';

/** @type {import('../drive.js').Job} */
const JOB = { task: 'noop' };
const operatorOf = (library) => library.operator?.(JOB) ?? mergeMap(callOf(library, JOB), library.concurrency);

export const cold = {
  title: 'First result after a cold start',
  about: 'From before the library is imported to the first result, RxJS being loaded already.',
  columns: ['ms'],
  also: ['bare'],
  cold: true,
  // Short, and as noisy as starting processes is.
  least: 15,
  async measure(open) {
    const began = performance.now();
    const library = await open();
    const check = new Check();
    check.add(await lastValueFrom(of(41).pipe(operatorOf(library))));
    return { library, check, figures: { ms: performance.now() - began } };
  },
};

/** The first few find the workers still coming up. */
const SKIPPED = 10;

export const lone = {
  title: 'A lone value every 50 ms',
  about: 'From the value to its result, median.',
  columns: ['us'],
  also: ['bare'],
  rounds: 3,
  without: { 'fixed-64': 'waits for a full batch', 'fixed-256': 'waits for a full batch' },
  async measure(library, { scale }) {
    const count = SKIPPED + Math.max(10, Math.round(20 * scale));
    const check = new Check();
    const waits = [];
    let sent = 0;
    await lastValueFrom(
      interval(50).pipe(
        take(count),
        tap(() => (sent = performance.now())),
        operatorOf(library),
        tap((result) => {
          waits.push(performance.now() - sent);
          check.add(result);
        }),
      ),
    );
    return { check, figures: { us: median(waits.slice(SKIPPED)) * 1000 } };
  },
};
