/** One stream of values over a queue, in a process of its own: says 'warm', waits for 'go', answers with its figures. */
import { Queue, QueueEvents } from 'bullmq';
import { once } from 'node:events';
import { range } from 'rxjs';
import { bullmqPool } from '../../dist/node/bullmq/index.js';
import { parallelMap } from '../../dist/node/index.js';
import { Check } from '../check.js';

const { way, queue: name, connection, task, count, warmUp, options } = JSON.parse(process.argv[2]);

/** Each gives the results of `count` values to `taken`, in order; `close` when nothing of them is left to do. */
const ways = {
  ours() {
    const pool = bullmqPool(name, { connection });
    return {
      run: (values, taken) =>
        range(0, values)
          .pipe(parallelMap((worker, n) => worker[task](n), pool, options))
          .forEach(taken),
      close: () => pool.close(),
    };
  },

  /** A promise a job, as BullMQ's documentation shows. */
  async waitUntilFinished() {
    const { queue, events, close } = await open();
    const run = async (values, taken) => {
      const jobs = await queue.addBulk(Array.from({ length: values }, (_, n) => ({ name: task, data: n })));
      for (const value of await Promise.all(jobs.map((job) => job.waitUntilFinished(events)))) taken(value);
    };
    return { run, close };
  },

  /** One listener and an array. */
  async oneListener() {
    const { queue, events, close } = await open();
    let runs = 0;
    const run = async (values, taken) => {
      const prefix = `run${runs++}-`;
      const results = Array.from({ length: values });
      let left = values;
      /** @type {Promise<void>} */
      const done = new Promise((resolve) => {
        events.on('completed', ({ jobId, returnvalue }) => {
          if (!jobId.startsWith(prefix)) return;
          results[Number(jobId.slice(prefix.length))] = returnvalue;
          if (--left === 0) resolve();
        });
      });
      await queue.addBulk(
        Array.from({ length: values }, (_, n) => ({ name: task, data: n, opts: { jobId: `${prefix}${n}` } })),
      );
      await done;
      for (const value of results) taken(value);
    };
    return { run, close };
  },
};

async function open() {
  // By default BullMQ keeps some 10 000 events: those that a busy producer has not read by then are lost, and some of
  // its promises never settle.
  const streams = { events: { maxLen: 1_000_000 } };
  const queue = new Queue(name, { connection, streams }).setMaxListeners(0);
  const events = new QueueEvents(name, { connection });
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  return { queue, events, close: () => Promise.all([queue.close(), events.close()]) };
}

const { run, close } = await ways[way]();
await run(warmUp, () => {});
process.send?.('warm');
await once(process, 'message');
const check = new Check();
const before = process.cpuUsage();
const began = performance.now();
await run(count, (value) => check.add(value));
const ms = performance.now() - began;
const end = once(process, 'message');
await close();
const { user, system } = process.cpuUsage(before);
process.send?.({ ms, cpu: (user + system) / 1000, check });
await end;
process.exit(0);
