/** The tables of docs/measured/SCALING.md. */
import { table } from '../table.js';
import { LONG, MACHINES, NOOPS } from './measure.js';
import { LOSSES, SHARDS, THREADS, WINDOWS } from './scenarios.js';

const whole = (n) => Math.round(n).toLocaleString('en').replaceAll(',', ' ');
const short = (n) => (n >= 100 ? whole(Number(n.toPrecision(3))) : n.toPrecision(3));
const percent = (part) => `${(100 * part).toFixed(0)} %`;
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const shortly = (ms) => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`);

/** How much faster than what BullMQ's own means do. */
export const TARGET = 5;

/** Each by the name of the place where it stands. */
export function tablesOf({ machine, date, rounds, measured, simulated }) {
  const { streams, timer, idle, loss } = measured;
  const { costs } = simulated;
  const byHand = Math.max(streams.oneListener.rate, streams.waitUntilFinished.rate);
  const times = ({ rate }) => (rate / byHand).toFixed(1);
  const limits = [
    ['Redis, its main thread', costs.redis],
    ['the producer, its process', costs.producer],
    ['a machine, its main thread', costs.main],
  ];
  const noops = [
    ['`bullmqPool`', 'ours', NOOPS],
    ['`addBulk`, one listener', 'oneListener', NOOPS],
    ['`addBulk`, `waitUntilFinished`', 'waitUntilFinished', NOOPS],
    ['`bullmqPool`', 'long', LONG],
  ];
  return {
    about: `Measured ${date} on ${machine.processor}; ${machine.system}; Node ${machine.node}; ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}.`,
    machines: table(
      ['task', 'machines', 'values/s', 'to one machine', 'efficiency', 'of what threads alone would do'],
      ['wait', 'compute'].flatMap((task) =>
        MACHINES.map((machines) => {
          const { rate } = streams[`${task}-${machines}`];
          const toOne = rate / streams[`${task}-1`].rate;
          const ideal = task === 'wait' ? machines / timer : Math.min(machines, measured.cores) / 20;
          const title = task === 'wait' ? 'waits 20 ms' : 'computes 20 ms';
          return [
            title,
            String(machines),
            short(rate),
            toOne.toFixed(2),
            percent(toOne / machines),
            percent(rate / 1000 / ideal),
          ];
        }),
      ),
    ),
    timer: `A wait of 20 ms takes ${timer.toFixed(1)} ms by itself here: timers are late.`,
    noop: table(
      ['', 'values', 'values/s', 'to the best by hand', 'Redis commands', 'bytes', 'Redis, µs', 'producer, µs'],
      noops.map(([title, name, values]) => {
        const { rate, commands, bytesIn, bytesOut, cpu, producer } = streams[name];
        const each = [commands, bytesIn + bytesOut, cpu, producer].map(short);
        return [title, whole(values), short(rate), `${times({ rate })} ×`].concat(each);
      }),
    ),
    // A process is still warming up in the shorter one.
    target:
      `Target: at least ${TARGET} times the best by hand. Measured: ${times(streams.ours)} times for ${whole(NOOPS)} values, ` +
      `${times(streams.long)} times for ${whole(LONG)}, where it is ${streams.long.rate >= TARGET * byHand ? 'met' : '**missed**'}.`,
    load: table(
      ['values', 'values in a job', 'Redis commands', 'bytes to Redis', 'bytes from Redis', 'Redis, µs'],
      [
        ['no work, as many in a job as come', 'ours'],
        ['no work, longer stream', 'long'],
        ['no work, one in a job', 'single'],
        ['20 ms, 4 machines', 'wait-4'],
      ].map(([title, name]) => {
        const { published, commands, bytesIn, bytesOut, cpu } = streams[name];
        return [title].concat([1 / published, commands, bytesIn, bytesOut, cpu].map(short));
      }),
    ),
    idle: `A machine without work asks Redis for ${idle.commands.toFixed(1)} commands a second, which take ${short(idle.cpu)} µs of it.`,
    limits: table(
      ['', 'a job takes', 'jobs/s at most'],
      limits.map(([title, ms]) => [title, `${short(ms * 1000)} µs`, short(1000 / ms)]),
    ),
    turnaround: `A thread waits ${costs.turnaround.toFixed(1)} ms between two jobs, where \`concurrency\` is the size of the pool; with one more, so that the next job is there when a thread is free, one machine does ${short(streams.ahead.rate)} waits a second instead of ${short(streams['wait-1'].rate)}.`,
    check: table(
      ['machines', 'measured, values/s', 'simulated, values/s'],
      MACHINES.map((machines, at) => [
        String(machines),
        short(streams[`wait-${machines}`].rate),
        short(simulated.check[at].rate),
      ]),
    ),
    growth: table(
      ['a job takes', 'machines', 'jobs/s', 'cores busy', 'Redis busy', 'producer busy'],
      simulated.growth.map(({ task, machines, rate, cores, redis, producer }) => [
        shortly(task),
        whole(machines),
        short(rate),
        ...[cores, redis, producer].map(percent),
      ]),
    ),
    windowsAbout: `${WINDOWS.machines} machines of ${THREADS} threads, jobs of ${shortly(WINDOWS.task)}, \`size\` ${whole(WINDOWS.size)}.`,
    windows: table(
      ['`window`', ...WINDOWS.cvs.map((cv) => `deviation ${percent(cv)}`)],
      simulated.windows.map(({ window, cores }) => [windowTitle(window), ...cores.map(percent)]),
    ),
    rerun: table(
      ['`lockDuration`', '`stalledInterval`', 'at least', 'mean', 'at most'],
      simulated.rerun.map(({ lockDuration, stalledInterval, least, mean, most }) => [
        shortly(lockDuration),
        shortly(stalledInterval),
        ...[least, mean, most].map(seconds),
      ]),
    ),
    loss: `Measured with the last of these, ${loss.times} machines killed: ${seconds(loss.least)} to ${seconds(loss.most)}.`,
    lossesAbout: `${LOSSES.machines} machines of ${THREADS} threads, jobs of ${shortly(LOSSES.task)}, deviation ${percent(LOSSES.cv)}; one machine is lost.`,
    losses: table(
      [
        '`window`',
        '`lockDuration`, `stalledInterval`',
        'cores busy in the minute after',
        'longest silence',
        'most held',
      ],
      simulated.losses.map(({ window, lockDuration, cores, silence, mostHeld }) => [
        windowTitle(window),
        shortly(lockDuration),
        percent(cores),
        seconds(silence),
        whole(mostHeld),
      ]),
    ),
    shardsAbout: `${SHARDS.machines} machines of ${THREADS} threads, jobs of ${shortly(SHARDS.task)}, deviation ${percent(SHARDS.cv)}.`,
    shards: table(
      ['queues, each with its Redis', 'producers', 'units/s', 'cores busy', 'busiest Redis', 'busiest producer'],
      simulated.shards.map(({ shards, producers, unit = 1, rate, cores, redis, producer }) => [
        unit === 1 ? String(shards) : `${shards}, ${unit} units in a job`,
        String(producers),
        short(rate * unit),
        ...[cores, redis, producer].map(percent),
      ]),
    ),
  };
}

function windowTitle(window) {
  if (window === 'unordered') return '(unordered)';
  return window === 'auto' ? 'auto' : window === 'Infinity' ? '`Infinity`' : whole(Number(window));
}
