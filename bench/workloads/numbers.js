/** Tasks on numbers, from none at all to long ones. */
import { once, throughput, warmUp } from '../throughput.js';
import { loopDelay } from '../loopDelay.js';

export const noop = {
  title: 'No-op on 100 000 numbers',
  about: 'What a value costs to carry. Main thread: its processor time for each value.',
  columns: ['rate', 'main'],
  least: 15,
  measure: throughput({ task: 'noop', pulled: true }, 100_000),
};

export const spin20us = {
  title: 'Tasks of 20 µs, 20 000 of them',
  about: 'The size at which most libraries are slower than no workers at all.',
  columns: ['rate'],
  measure: throughput({ task: 'spin20us' }, 20_000),
};

export const spin1ms = {
  title: 'Tasks of 1 ms, 1 500 of them',
  about: 'Large enough that every library gains.',
  columns: ['rate'],
  least: 11,
  measure: throughput({ task: 'spin1ms' }, 1_500),
};

const LONG = { task: 'spin50ms' };
export const spin50ms = {
  title: 'Tasks of 50 ms, 40 of them',
  about:
    'The cores’ limit. Loop delay: 99th percentile of the delay of the main event loop meanwhile (`monitorEventLoopDelay`, whose own interval of 1 ms is in it).',
  columns: ['rate', 'delay'],
  async measure(library, { scale }) {
    const values = Math.max(6, Math.round(40 * scale));
    await warmUp(library, LONG, 2);
    const delay = loopDelay();
    const { ms, check } = await once(library, LONG, values);
    return { check, figures: { rate: (values / ms) * 1000, delay: delay() } };
  },
};

export const skewed = {
  title: 'Skewed: 1 ms, and 25 ms for 1 in 20; 1 000 of them',
  about: 'In order, where the library has an order: a slow task must not hold up the others.',
  columns: ['rate'],
  measure: throughput({ task: 'skewed' }, 1_000),
};
