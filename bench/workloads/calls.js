/** Single calls, as a service makes them: `pool.run` here, the call of each peer. */
import { Check } from '../check.js';
import { mainThreadTime } from '../mainThreadTime.js';

const only = ['rxjs-parallel', 'piscina', 'tinypool', 'workerpool', 'poolifier', 'by-hand', 'sequential'];

async function warmUp(library, task) {
  for (let n = 0; n < 200; n++) await library.call(task, n);
}

export const calls = {
  title: 'Calls, all at once',
  about: '100 000 no-op calls made in one go, as by `Promise.all`.',
  columns: ['rate', 'main'],
  only,
  async measure(library, { scale }) {
    const count = 100_000 * scale;
    await warmUp(library, 'noop');
    const check = new Check();
    const used = mainThreadTime();
    const began = performance.now();
    const results = await Promise.all(Array.from({ length: count }, (_, n) => library.call('noop', n)));
    const ms = performance.now() - began;
    const main = ((mainThreadTime() - used) * 1000) / count;
    for (const each of results) check.add(each);
    return { check, figures: { rate: (count / ms) * 1000, main } };
  },
};

/** Calls in flight. */
const IN_FLIGHT = 20;

export const loop = {
  title: 'Calls, 20 in flight',
  about:
    '4 000 calls of 0.3 ms, another as soon as one has its result. The processor time is that of the whole process, the work included.',
  columns: ['rate', 'cpu'],
  only,
  async measure(library, { scale }) {
    const count = 4_000 * scale;
    await warmUp(library, 'spin300us');
    const check = new Check();
    const results = /** @type {number[]} */ (Array.from({ length: count }));
    let next = 0;
    const used = process.cpuUsage();
    const began = performance.now();
    const one = async () => {
      while (next < count) {
        const n = next++;
        results[n] = await library.call('spin300us', n);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, one));
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(used);
    for (const each of results) check.add(each);
    return { check, figures: { rate: (count / ms) * 1000, cpu: (user + system) / count } };
  },
};
