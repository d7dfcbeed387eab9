/** Every workload, in the order of the report. */
import { copied, moved, sizes } from './workloads/buffers.js';
import { calls, loop } from './workloads/calls.js';
import { memory } from './workloads/memory.js';
import { million } from './workloads/million.js';
import { noop, skewed, spin1ms, spin20us, spin50ms } from './workloads/numbers.js';
import { json, objects } from './workloads/records.js';
import { unasked } from './workloads/unasked.js';
import { cold, lone } from './workloads/waits.js';

/**
 * A workload is `{ title, about, columns, measure }`. `measure(library, { scale })` gives `figures`, one for each column, and
 * the `check` of the results. `only`: which libraries; `without`: which not, and why. `limit`: seconds a run may take at least;
 * `rounds`: the most rounds; `least`: the fewest for libraries whose runs take a moment.
 */
export const workloads = {
  noop,
  '20us': spin20us,
  '1ms': spin1ms,
  '50ms': spin50ms,
  skewed,
  json,
  objects,
  copied,
  moved,
  sizes,
  cold,
  lone,
  million,
  memory,
  calls,
  loop,
  unasked,
};
