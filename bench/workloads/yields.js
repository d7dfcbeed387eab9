/** Many values of one task, by a generator that does nothing else; and how soon the first of a slow one comes. */
import { Check } from '../check.js';
import { median } from '../median.js';

const COUNT = 1_000_000;
/** What makes a call for each value is given fewer. */
const CALLS = 50_000;
const WIDE = 4096;

export const yields = {
  title: 'Many values of one task: numbers of a generator',
  about:
    'Values a second with the default `buffer` of 64, and with one of 4 096: as many are on their way and not emitted. comlink makes a call for each (of 50 000); chunks of 64 and of 1 024 by hand have no bound: nothing holds their worker back; those of half of `buffer` have the same as ours, and with a small one wait for a round trip of a message as often. Likewise to the first value of a generator that takes 50 ms for its second.',
  columns: ['rate', 'wide', 'first'],
  only: [
    'rxjs-parallel',
    'rxjs-parallel-unordered',
    'rxjs-parallel-iterable',
    'comlink',
    'chunks-64',
    'chunks-1024',
    'bounded-chunks',
    'sequential',
  ],
  async measure(library, { scale }) {
    const check = new Check();
    const rate = async (count, options = {}) => {
      let last = 0;
      let inOrder = true;
      const began = performance.now();
      await library.yields({ task: 'counted', value: count, ...options }, (n) => {
        inOrder &&= n === ++last;
      });
      const ms = performance.now() - began;
      if (!inOrder || last !== count) throw new Error(`wrong values: ${last} of ${count}`);
      return (count / ms) * 1000;
    };
    const firstOf = async () => {
      const began = performance.now();
      let first;
      await library.yields({ task: 'slowly', value: undefined }, (n) => {
        first ??= performance.now() - began;
        check.add(n);
      });
      return first;
    };
    const values = Math.ceil((library.perCall === true ? CALLS : COUNT) * scale);
    const options = library.bounded === true ? { buffer: WIDE } : undefined;
    await rate(Math.ceil(values / 10));
    if (options !== undefined) await rate(Math.ceil(values / 10), options);
    const rates = [];
    const wide = [];
    const firsts = [];
    for (let round = 0; round < 3; round++) {
      rates.push(await rate(values));
      if (options !== undefined) wide.push(await rate(values, options));
      firsts.push(await firstOf());
    }
    const figures = { rate: median(rates), first: median(firsts) };
    return { check, figures: options === undefined ? figures : { ...figures, wide: median(wide) } };
  },
};
