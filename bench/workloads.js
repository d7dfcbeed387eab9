/** Every workload, in the order of the report. */
import { copied, moved, sizes } from './workloads/buffers.js';
import { busy1ms, busy20us } from './workloads/busy.js';
import { calls, loop } from './workloads/calls.js';
import { first1ms, first20us, firstNoop } from './workloads/first.js';
import { memory } from './workloads/memory.js';
import { million } from './workloads/million.js';
import { noop, skewed, spin1ms, spin20us, spin50ms } from './workloads/numbers.js';
import { json, objects } from './workloads/records.js';
import { unasked } from './workloads/unasked.js';
import { cold, lone } from './workloads/waits.js';
import { yields } from './workloads/yields.js';

/**
 * A workload is `{ title, about, columns, measure }`. `measure(library, { scale })` gives `figures`, one for each column, and
 * the `check` of the results. `only`: which libraries; `also`: and which that are about one thing only; `without`: which not, and why. `limit`: seconds a run may take at least;
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
  'first-noop': firstNoop,
  'first-20us': first20us,
  'first-1ms': first1ms,
  lone,
  'busy-20us': busy20us,
  'busy-1ms': busy1ms,
  million,
  memory,
  calls,
  loop,
  unasked,
  yields,
};
