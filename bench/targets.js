/** What rxjs-parallel is to reach, as ratios between figures of one run, so that they hold on another machine too. */
import { libraries } from './libraries.js';
import { pageFigures } from './page/table.js';

const US = 'rxjs-parallel';
const PULLED = 'rxjs-parallel-iterable';
const UNORDERED = 'rxjs-parallel-unordered';
const PEERS = Object.keys(libraries).filter((name) => libraries[name].peer);
const OTHERS = Object.keys(libraries).filter((name) => !name.startsWith(US) && name !== 'sequential');
const FIXED = ['fixed-64', 'fixed-256'];
const CHUNKS = ['chunks-64', 'chunks-1024'];

/** Why targets are missed that several share. */
const LONE =
  'At one value every 50 ms nothing that it passes has been compiled, and the caches of the core have lost it: a value that follows on another takes 45 µs there and back. On its way it passes some 370 functions of this library and 210 of Node’s (counted by precise coverage), a call by hand a tenth of that. Of 680 µs in a trace 165 went by before the message was posted, 75 with that, 155 until the worker had it, 55 in the worker, 155 on the way back, 50 until the result was emitted. After 10 000 values without a pause, when all is compiled, the same trace takes 280 to 320.';
const NOOP =
  'The main thread is what is full: a value takes it 0.55 µs, one of batches by hand 0.52. By a sampled profile no function has more than a sixth of that: postMessage 15 %, what describes the call of a value 17, garbage collection 9, putting a message together 7, reading a reply 6, emitting in order 3. On another machine (2026-11-25) it was 0.13 and 0.19 µs, and the ratios were 1.19 and 1.24.';
const COLD =
  'Both cores are taken until all is compiled. Of 355 ms between the first and the last of 20 000 tasks of 20 µs the workers took 235 each; the main thread took 80 of processor time, and V8’s helper threads, which compile and collect garbage, 154. By hand it was 241 ms, 213, 16 and 33 (medians of five, from what the scheduler counts for each thread). V8 compiles some 75 functions, by hand 35: a task here is its call, its arguments and its place among the results, by hand a number in an array.';
const FIRST =
  'By a timeline of 125 ms: 30 for importing the library (4 files, of which V8 parses 200 kB), 8 until the worker is made, which by hand is the first line, 66 until its first line runs, 8 for importing its half (2 files), 13 until the result is there: each function is read and runs for the first time. Minified files would save 3 to 5 ms, fetching the pool’s code while the worker starts, as pages do, 1. A worker starts with the first value, not with the import: a program that makes no task pays for none.';
const BUSY =
  'Two loops, two workers and the main thread share two cores, so that what a task takes besides itself counts twice: of tasks of 14 µs, by a script on a second machine, each took 18.2 µs of processor time here, 17.3 in batches of 64 by hand, 15.3 in adaptive ones. The main thread waits for a core with each reply, and a worker whose messages are done with it.';

const atLeast = (want) => ({ want: `≥ ${want}`, met: (value) => value >= want });
const atMost = (want, unit = '') => ({ want: `≤ ${want}${unit}`, met: (value) => value <= want });

/** `of(figure)`: figure(workload, library, column) is a number, or throws where it was not measured. */
const targets = [
  target('noop, ordered, to the best peer', atLeast(30), (f) => f('noop', US) / f.most('noop', PEERS), NOOP),
  target('noop, unordered, to the best peer', atLeast(30), (f) => f('noop', UNORDERED) / f.most('noop', PEERS)),
  target('noop, ordered, to batches of 64 by hand', atLeast(1.1), (f) => f('noop', US) / f('noop', 'fixed-64'), NOOP),
  target(
    'noop, unordered, to batches of 64 by hand',
    atLeast(1.1),
    (f) => f('noop', UNORDERED) / f('noop', 'fixed-64'),
    NOOP,
  ),
  target(
    '20 µs, to the best peer',
    atLeast(2.2),
    (f) => f('20us', US) / f.most('20us', PEERS),
    'The target is from when the best peer did 0.69 × the sequential loop. One that does as much as the loop cannot be outdone by more than the number of cores, which is two here.',
  ),
  target('20 µs, to the sequential loop', atLeast(1.65), (f) => f('20us', US) / f('20us', 'sequential')),
  target('20 µs, to the best fixed batches', atLeast(0.95), (f) => f('20us', US) / f.most('20us', FIXED)),
  target('1 ms, to the best of all', atLeast(0.97), (f) => f('1ms', US) / f.most('1ms', OTHERS)),
  target('50 ms, to the sequential loop', atLeast(1.93), (f) => f('50ms', US) / f('50ms', 'sequential')),
  target('50 ms, to the best peer', atLeast(0.98), (f) => f('50ms', US) / f.most('50ms', PEERS)),
  target('skewed, ordered to unordered', atLeast(0.95), (f) => f('skewed', US) / f('skewed', UNORDERED)),
  target('skewed, ordered, to the best peer', atLeast(0.98), (f) => f('skewed', US) / f.most('skewed', PEERS)),
  target(
    'JSON records, to the best peer',
    atLeast(2.5),
    (f) => f('json', US) / f.most('json', PEERS),
    'Nearly all of it is the structured clone, four times for each record, which no message saves: batches by hand are not far ahead. What waits for those before it is moved once more by the garbage collector, so that unordered is faster.',
  ),
  target('objects of 3 fields, to the best peer', atLeast(1.5), (f) => f('objects', US) / f.most('objects', PEERS)),
  target('100 000 calls at once, to piscina', atLeast(3), (f) => f('calls', US) / f('calls', 'piscina')),
  target(
    'calls in a loop of 20, processor time, to piscina',
    atMost(1),
    (f) => f('loop', US, 'cpu') / f('loop', 'piscina', 'cpu'),
  ),
  target('buffers copied, to the best peer', atLeast(0.95), (f) => f('copied', US) / f.most('copied', PEERS)),
  target(
    'buffers moved, to the best peer',
    atLeast(0.95),
    (f) => f('moved', US) / f.most('moved', PEERS),
    'A buffer that is moved travels alone, to an idle worker: gone with a worker that died of another task, it could not be sent again. So each waits for a round trip and wakes its worker (half of the processor time of the main thread, by a sampled profile), which four calls in flight hide.',
  ),
  target(
    'buffers moved with `batch: 8`, to the best peer',
    atLeast(1),
    (f) => f('moved', `${US}-batch`) / f.most('moved', PEERS),
    'A buffer is moved twice here: when its call is described, so that nobody can change it while it waits, and with its message. Node 20 can detach a buffer only by a structured clone: with the message’s own posting it is half of what the main thread does, by a sampled profile with a window of 8.',
  ),
  target('buffers moved, 16 MiB to 64 KiB', atMost(1.1), (f) => f('sizes', US, 'mib16') / f('sizes', US, 'kib64')),
  ...['noop', '20us', '1ms', '50ms'].map((id) =>
    target(
      `${id}, ordered to unordered`,
      atLeast(0.9),
      (f) => f(id, US) / f(id, UNORDERED),
      id === 'noop' ? NOOP : undefined,
    ),
  ),
  target('lone value, to the best peer', atMost(1), (f) => f('lone', US) / f.least('lone', PEERS), LONE),
  target('lone value, to a bare worker', atMost(1.2), (f) => f('lone', US) / f('lone', 'bare'), LONE),
  target('cold: first result, to the best peer', atMost(1), (f) => f('cold', US) / f.least('cold', PEERS), FIRST),
  target('cold: first result, to a bare worker', atMost(1.15), (f) => f('cold', US) / f('cold', 'bare'), FIRST),
  target('cold: no-op, to adaptive batches by hand', atMost(1.25), cold('first-noop'), COLD),
  target('cold: 20 µs, to adaptive batches by hand', atMost(1.1), cold('first-20us'), COLD),
  target('cold: 1 ms, to adaptive batches by hand', atMost(1), cold('first-1ms'), COLD),
  target('cold: 1 ms, first result, to adaptive batches by hand', atMost(1.15), cold('first-1ms', 'first'), FIRST),
  target(
    'a page: click to first result, to a bare module worker',
    atMost(1.2),
    () => {
      const { ms } = pageFigures() ?? { ms: {} };
      return ms['rxjs-parallel'] / ms.bare;
    },
    'Most is the start of two workers on two cores: in a trace by hand the first line of a worker runs at 138 ms, here at 155, the click having fetched the code of pools. A call waits until its worker has said that it is up, and is described then, at 198 ms: by hand the message waits in the worker’s queue, and a worker that does not load loses it. The task runs at 203 ms, its result is there at 215, by hand at 155.',
  ),
  ...['20us', '1ms'].map((id) =>
    target(
      `busy: ${id}, to batches of 64 by hand`,
      atLeast(0.95),
      (f) => f(`busy-${id}`, US) / f(`busy-${id}`, 'fixed-64'),
      BUSY,
    ),
  ),
  target('a value of 1 000 000, to one of 10 000', atMost(1.3), (f) => f('million', US, 'grown')),
  target('pulled: memory of 10 000 000 values over that of 100 000', atMost(20, ' MiB'), (f) =>
    f('memory', PULLED, 'memory'),
  ),
  target(
    'pulled to pushed, 10 000 000 values',
    atLeast(0.8),
    (f) => f('memory', US, 'many') / f('memory', PULLED, 'many'),
  ),
  target('main thread for a number', atMost(1.5, ' µs'), (f) => f('noop', US, 'main')),
  target('event loop delay p99 under 50 ms tasks', atMost(5, ' ms'), (f) => f('50ms', US, 'delay')),
  target('events$ unheard, to plain', atMost(1.05), (f) => f('unasked', US, 'unheard') / f('unasked', US, 'plain')),
  target('defaults spelt out, to plain', atMost(1.05), (f) => f('unasked', US, 'defaults') / f('unasked', US, 'plain')),
  target('yields, to comlink', atLeast(50), (f) => f('yields', US) / f('yields', 'comlink')),
  target(
    'yields, to chunks by hand of the same bound',
    atLeast(0.5),
    (f) => f('yields', US) / f('yields', 'bounded-chunks'),
  ),
  target(
    'yields with a buffer of 4 096, to chunks by hand',
    atLeast(0.5),
    (f) => f('yields', US, 'wide') / f.most('yields', CHUNKS),
    'Chunks by hand have no bound: nothing that the consumer has not taken holds their worker back.',
  ),
  target(
    'yields: first value of a slow generator, to comlink',
    atMost(1.2),
    (f) => f('yields', US, 'first') / f('yields', 'comlink', 'first'),
  ),
];

/** The time of a process that has just started, to that of adaptive batches by hand. */
function cold(id, column = 'ms') {
  return (f) => f(id, US, column) / f(id, 'adaptive', column);
}

/** `why` is told where it is missed. */
function target(what, { want, met }, value, why) {
  return { what, want, met, value, why };
}

/** Which targets are met; those whose figures were not measured are left out. */
export function verdicts(results) {
  const figure = figuresOf(results);
  return targets.flatMap(({ what, want, met, value, why }) => {
    const measured = value(figure);
    if (!Number.isFinite(measured)) return [];
    return [{ what, want, value: measured.toFixed(2), met: met(measured), why }];
  });
}

/** NaN where there is no figure, so that whatever is made of it is none. */
function figuresOf(results) {
  const figure = (workload, library, column) => {
    const figures = results[workload]?.figures[library];
    if (figures === undefined) return NaN;
    return column === undefined ? Object.values(figures)[0] : figures[column];
  };
  const among = (workload, names) => names.map((name) => figure(workload, name)).filter(Number.isFinite);
  const extreme = (of) => (workload, names) => {
    const measured = among(workload, names);
    return measured.length === 0 ? NaN : of(...measured);
  };
  figure.most = extreme(Math.max);
  figure.least = extreme(Math.min);
  return figure;
}
