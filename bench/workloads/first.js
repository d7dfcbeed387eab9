/** The stream of a process that has just started: the import, the workers' start, and code that no compiler has seen. */
import { once } from '../throughput.js';

const only = [
  'rxjs-parallel',
  'rxjs-parallel-unordered',
  'piscina',
  'workerpool',
  'by-hand',
  'fixed-64',
  'adaptive',
  'sequential',
];

function first(title, job, count) {
  return {
    title: `Cold: ${title}`,
    about:
      'From before the library is imported to the last result; likewise to the first and the thousandth. RxJS is loaded already.',
    columns: ['ms', 'first', 'thousandth'],
    only,
    cold: true,
    least: 15,
    async measure(open, { scale }) {
      const began = performance.now();
      const library = await open();
      const opened = performance.now() - began;
      let taken = 0;
      const at = [];
      const { ms, check } = await once(
        library,
        {
          ...job,
          taken() {
            taken++;
            if (taken === 1 || taken === 1000) at.push(performance.now() - began);
          },
        },
        Math.max(1000, Math.round(count * scale)),
      );
      const [firstAt, thousandth] = at;
      return { check, figures: { ms: opened + ms, first: firstAt, thousandth } };
    },
  };
}

export const firstNoop = first('no-op on 100 000 numbers', { task: 'noop', pulled: true }, 100_000);
export const first20us = first('20 000 tasks of 20 µs', { task: 'spin20us' }, 20_000);
export const first1ms = first('1 000 tasks of 1 ms', { task: 'spin1ms' }, 1_000);
