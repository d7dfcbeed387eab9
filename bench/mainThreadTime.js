/**
 * Milliseconds of processor time that the main thread has used. Linux tells it for a thread; elsewhere it is the time
 * that the event loop was not waiting, which is more where the core is shared.
 */
import { readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { performance } from 'node:perf_hooks';

const STAT = `/proc/self/task/${process.pid}/schedstat`;

export const mainThreadTime =
  platform() === 'linux'
    ? () => Number(readFileSync(STAT, 'latin1').split(' ')[0]) / 1e6
    : () => performance.eventLoopUtilization().active;
