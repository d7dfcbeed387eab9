/** What is not asked for costs nothing: the same stream with options that say what is the default, and with events unheard. */
import { median } from '../median.js';
import { once, warmUp } from '../throughput.js';

const JOB = { task: 'noop' };

export const unasked = {
  title: 'Options that are not asked for',
  about:
    'No-op on 100 000 numbers, time for each value. Unasked: `events$` was subscribed and is no longer; the defaults are spelt out (`onError: "throw"`, no timeout). Asked: `events$` subscribed; `onError: "settle"`.',
  columns: ['plain', 'unheard', 'defaults', 'heard', 'settle'],
  least: 15,
  only: ['rxjs-parallel'],
  async measure(library, { scale }) {
    const count = 100_000 * scale;
    const { pool } = library;
    const withOptions = (options, digest) => ({
      library: { operator: (job) => library.operator(job, options) },
      job: { ...JOB, digest },
    });
    const plain = { library, job: JOB };
    /** @type {Record<string, { library: any, job: any, before?(): void, listen?(): import('rxjs').Subscription }>} */
    const ways = {
      plain: { ...plain },
      unheard: { ...plain, before: () => pool.events$.subscribe().unsubscribe() },
      defaults: withOptions({ onError: 'throw', timeout: undefined, errorTiming: 'in-order', crashRetries: 0 }),
      heard: { ...plain, listen: () => pool.events$.subscribe() },
      settle: withOptions({ onError: 'settle' }, ({ value }) => value),
    };
    await warmUp(library, JOB, Math.ceil(count / 10));
    const times = Object.fromEntries(Object.keys(ways).map((name) => [name, /** @type {any[]} */ ([])]));
    let check;
    for (let round = 0; round < 7; round++)
      for (const [name, way] of Object.entries(ways)) {
        way.before?.();
        const heard = way.listen?.();
        const run = await once(way.library, way.job, count);
        heard?.unsubscribe();
        times[name].push((run.ms / count) * 1e6);
        check = run.check;
      }
    return { check, figures: Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)])) };
  },
};
