/** What is measured on real processes and a real Redis. */
import { setTimeout as sleep } from 'node:timers/promises';
import { filter, firstValueFrom } from 'rxjs';
import { bullmqPool } from '../../dist/node/bullmq/index.js';
import { median } from '../median.js';
import { between } from './cluster.js';
import { wait } from './tasks.js';

export const MACHINES = [1, 2, 4];
/** Values for each machine in a stream of tasks of 20 ms. */
const EACH = 100;
/** Values without work: the same number in every way of sending them. */
export const NOOPS = 20_000;
/** A stream that is long enough for what a job carries to grow to its full size. */
export const LONG = 200_000;
/** Milliseconds for which machines are watched that have nothing to do. */
const IDLE = 10_000;
/** Milliseconds that the task takes whose machine is lost: it is still running then. */
const TASK = 2000;
/** Short, so that it can be measured often. */
export const LOSS = { lockDuration: 2000, stalledInterval: 1000 };

const ofMachines = (task) =>
  MACHINES.map((machines) => [
    `${task}-${machines}`,
    { way: 'ours', machines, task, count: EACH * machines, warmUp: 2 * machines },
  ]);

/** Every stream that is measured. */
const streams = Object.fromEntries([
  ...ofMachines('wait'),
  ...ofMachines('compute'),
  // The next job is there when the thread is free.
  ['ahead', { way: 'ours', machines: 1, task: 'wait', count: EACH, warmUp: 2, concurrency: 2 }],
  ...['ours', 'oneListener', 'waitUntilFinished'].map((way) => [
    way,
    { way, machines: 1, task: 'noop', count: NOOPS, warmUp: NOOPS / 10 },
  ]),
  ['long', { way: 'ours', machines: 1, task: 'noop', count: LONG, warmUp: NOOPS / 10 }],
  // A job a value, as fast as they go: what a job costs each part at most.
  [
    'single',
    { way: 'ours', machines: 2, task: 'noop', count: 5000, warmUp: 500, options: { batch: 1 }, concurrency: 16 },
  ],
]);

/** Medians of `rounds` rounds over all streams; a round begins with another stream each time. Values per s, µs a value. */
export async function measureStreams(cluster, { rounds, scale, progress }) {
  const names = Object.keys(streams);
  const runs = new Map(names.map((name) => [name, /** @type {any[]} */ ([])]));
  for (let round = 0; round < rounds; round++)
    for (let step = 0; step < names.length; step++) {
      const name = names[(step + round * 3) % names.length];
      const stream = streams[name];
      const count = Math.max(8, Math.round(stream.count * scale));
      const { ms, cpu, main, redis } = await cluster.stream({ ...stream, count });
      const each = Object.fromEntries(Object.entries(redis).map(([what, sum]) => [what, sum / count]));
      const run = { rate: (count / ms) * 1000, producer: (cpu / count) * 1000, main: (main / count) * 1000 };
      runs.get(name)?.push({ ...run, ...each, cpu: each.cpu * 1000 });
      progress(`round ${round + 1}, ${name}: ${run.rate.toFixed(0)} values/s`);
    }
  return Object.fromEntries(
    [...runs].map(([name, all]) => [
      name,
      Object.fromEntries(Object.keys(all[0]).map((what) => [what, median(all.map((run) => run[what]))])),
    ]),
  );
}

/** How long a wait of 20 ms takes here by itself, in ms: timers are late. */
export async function measureTimer() {
  const times = [];
  for (let n = 0; n < 50; n++) {
    const began = performance.now();
    await wait(n);
    times.push(performance.now() - began);
  }
  return times.reduce((sum, ms) => sum + ms) / times.length;
}

/** What one machine without work asks of Redis in a second, beside what Redis does by itself. */
export async function measureIdle(cluster, { scale }) {
  const machines = 4;
  const perSecond = async () => {
    const before = await cluster.load();
    await sleep(IDLE * scale);
    const { commands, cpu } = between(before, await cluster.load());
    const seconds = (IDLE * scale) / 1000;
    return { commands: commands / seconds, cpu: (cpu * 1000) / seconds };
  };
  const alone = await perSecond();
  const stop = await cluster.serve(machines, cluster.queueOf('ours'));
  const watched = await perSecond();
  await stop();
  return {
    commands: (watched.commands - alone.commands) / machines,
    cpu: Math.max(0, watched.cpu - alone.cpu) / machines,
  };
}

/** Milliseconds from the end of a machine until another begins with the job that it ran. */
export async function measureLoss(cluster, { times, progress }) {
  const delays = [];
  for (let n = 0; delays.length < times; n++) {
    const what = cluster.queueOf('ours', LOSS);
    const pool = bullmqPool(what.queue, { connection: what.connection });
    const first = await cluster.machine(what);
    const begun = firstValueFrom(pool.events$.pipe(filter(({ type }) => type === 'worker:start')));
    const result = pool.run((worker) => worker.wait(n, TASK));
    await begun;
    const second = await cluster.machine(what);
    // At another moment each time between two looks for such jobs.
    await sleep(((n % times) * LOSS.stalledInterval) / times);
    first.kill();
    const killed = performance.now();
    if ((await result) !== n + 1) throw new Error('the job of a lost machine gave a wrong result');
    const delay = performance.now() - killed - TASK;
    // Else it had ended before: the second machine was slow to start.
    if (delay > 0) delays.push(delay);
    else if (n > 5 * times) throw new Error('machines start too slowly here to measure the loss of one');
    progress(`a machine lost: its job ran again after ${delay.toFixed(0)} ms`);
    await second.stop();
    await pool.close();
  }
  return { least: Math.min(...delays), median: median(delays), most: Math.max(...delays), times };
}
