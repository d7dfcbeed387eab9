/** A source far longer than what can be in flight: time and memory a value must not depend on how many there are. */
import { median } from '../median.js';
import { once, warmUp } from '../throughput.js';

const JOB = { task: 'noop', pulled: true };
const FEW = 10_000;
const MANY = 1_000_000;

export const million = {
  title: '1 000 000 values from a lazy source',
  about:
    'Time for each value, and the same for 10 000 values (median of 5); how much the peak memory of the process grew. Libraries that make calls pull the values.',
  columns: ['many', 'few', 'grown', 'memory'],
  only: ['rxjs-parallel', 'rxjs-parallel-unordered', 'piscina', 'tinypool', 'by-hand', 'fixed-256', 'sequential'],
  rounds: 3,
  slow: true,
  async measure(library, { scale }) {
    await warmUp(library, JOB, FEW);
    const few = [];
    for (let each = 0; each < 5; each++) few.push((await once(library, JOB, FEW)).ms / FEW);
    const values = MANY * scale;
    const before = process.resourceUsage().maxRSS;
    const { ms, check } = await once(library, JOB, values);
    const memory = (process.resourceUsage().maxRSS - before) / 1024;
    const many = ms / values;
    const short = median(few);
    return { check, figures: { many: many * 1000, few: short * 1000, grown: many / short, memory } };
  },
};
