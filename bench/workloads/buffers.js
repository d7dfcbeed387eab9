/** Large binary values: copied there and back, and moved. */
import { once, throughput, warmUp } from '../throughput.js';

const MIB = 2 ** 20;
/** Results that wait for those before them are buffers, too: no more of them than keep the workers busy. */
const WINDOW = 8;

const COPIES = 200;

export const copied = {
  title: '1 MiB buffers, copied',
  about: '200 buffers, cloned there and back.',
  columns: ['rate'],
  least: 11,
  without: { multithreading: 'always moves' },
  measure(library, how) {
    // A buffer for each value: one that is in a message twice is cloned once.
    const buffers = Array.from({ length: COPIES }, (_, n) => new Int32Array(MIB / 4).fill(n));
    const job = { task: 'bounce', input: (n) => buffers[n], digest: (ints) => ints[0], window: WINDOW };
    return throughput(job, COPIES)(library, how);
  },
};

export const moved = {
  title: '1 MiB buffers, moved',
  about:
    '4 000 buffers, transferred there and back. At most 8 of rxjs-parallel are on their way and not emitted, 32 where 8 travel together; of the others as many as is best for each.',
  columns: ['rate'],
  also: ['rxjs-parallel-batch'],
  least: 11,
  without: { poolifier: 'results cannot be moved' },
  measure: throughput(moving(MIB), 4_000),
};

export const sizes = {
  title: 'Moved buffers of any size',
  about: 'Time for each buffer, there and back: it must not depend on the size.',
  columns: ['kib64', 'mib1', 'mib16'],
  only: ['rxjs-parallel', 'by-hand'],
  async measure(library, { scale }) {
    const count = Math.max(20, Math.round(2_000 * scale));
    const figures = {};
    let check;
    for (const [name, bytes] of Object.entries({ kib64: MIB / 16, mib1: MIB, mib16: 16 * MIB })) {
      const job = moving(bytes);
      await warmUp(library, job, Math.ceil(count / 10));
      const run = await once(library, job, count);
      figures[name] = (run.ms / count) * 1000;
      check = run.check;
    }
    return { figures, check };
  },
};

/** A buffer comes back as a result and is sent again, so that making buffers is not what is measured. */
function moving(bytes) {
  const free = [];
  return {
    task: 'bounceMoved',
    input: (n) => stamped(free.pop() ?? new Int32Array(bytes / 4), n),
    transfer: (ints) => [ints.buffer],
    digest: (ints) => ints[0],
    taken: (ints) => free.push(ints),
    window: WINDOW,
  };
}

function stamped(ints, n) {
  ints[0] = n;
  return ints;
}
