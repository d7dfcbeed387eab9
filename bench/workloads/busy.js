/** Beside other programs: as many endless loops as cores, none of them pinned, started and ended here. */
import { spawn } from 'node:child_process';
import { throughput } from '../throughput.js';

const LOOPS = 2;
/** A loop whose parent was killed ends by itself after so many ms. */
const LONGEST = 60_000;

const only = ['rxjs-parallel', 'rxjs-parallel-unordered', 'piscina', 'by-hand', 'fixed-64', 'adaptive', 'sequential'];

function busy(title, job, count) {
  const measure = throughput(job, count);
  return {
    title: `Busy: ${title}`,
    about: 'Two endless loops in processes of their own run beside it.',
    columns: ['rate'],
    only,
    least: 11,
    async measure(library, how) {
      const loops = Array.from({ length: LOOPS }, () =>
        spawn(process.execPath, ['-e', `while (performance.now() < ${LONGEST});`], { stdio: 'ignore' }),
      );
      try {
        return await measure(library, how);
      } finally {
        for (const loop of loops) loop.kill('SIGKILL');
      }
    },
  };
}

export const busy20us = busy('tasks of 20 µs, 20 000 of them', { task: 'spin20us' }, 20_000);
export const busy1ms = busy('tasks of 1 ms, 1 500 of them', { task: 'spin1ms' }, 1_500);
