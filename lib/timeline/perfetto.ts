/** A recording as trace-event JSON, for Perfetto. */
import type { Recording } from './recording.ts';
import type { TaskSpan } from './taskTable.ts';

interface TraceEvent {
  readonly ph: 'M' | 'X' | 'b' | 'e' | 's' | 'f' | 'C' | 'i';
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds since the recording began. */
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: number;
  readonly bp?: 'e';
  readonly s?: 't';
  readonly args?: Readonly<Record<string, unknown>>;
}

const PID = 1;
/** The duration of an emission, in µs: an arrow must end in a slice. */
const EMISSION = 1;

export function perfetto(recording: Recording, name: string): string {
  const { began, leftOut, tasks, workers } = recording;
  const ts = (time: number): number => Math.max(0, Math.round((time - began) * 1000));
  const events: TraceEvent[] = [named('process_name', 0, name)];
  const lanes = [...new Set([...workers, ...tasks].map(({ worker }) => worker))].sort((a, b) => a - b);
  for (const worker of lanes) events.push(named('thread_name', worker + 1, `worker ${worker}`));
  const streams = [...new Set(tasks.filter(({ order }) => order !== undefined).map(({ stream }) => stream))];
  const resultsOf = new Map(streams.map((stream, at) => [stream, lanes.length + Math.max(0, ...lanes) + at + 2]));
  for (const [stream, tid] of resultsOf) events.push(named('thread_name', tid, `results of stream ${stream}`));
  for (const { end, start, worker } of workers) {
    events.push({ ph: 'i', s: 't', name: 'up', pid: PID, tid: worker + 1, ts: ts(start) });
    if (end !== undefined) events.push({ ph: 'i', s: 't', name: 'exit', pid: PID, tid: worker + 1, ts: ts(end) });
  }
  events.push(...slices(tasks, ts), ...emissions(tasks, resultsOf, ts), ...counters(tasks, ts));
  return JSON.stringify({ displayTimeUnit: 'ms', otherData: { leftOut }, traceEvents: events });
}

function named(what: 'process_name' | 'thread_name', tid: number, name: string): TraceEvent {
  return { ph: 'M', name: what, pid: PID, tid, args: { name } };
}

/** Tasks as slices of their worker. Slices of a thread must nest: those that overlap, as tasks of one job may, are pairs of events. */
function slices(tasks: readonly TaskSpan[], ts: (time: number) => number): TraceEvent[] {
  const events: TraceEvent[] = [];
  const until = new Map<number, number>();
  for (const [id, task] of inTime(tasks).entries()) {
    const { index, method, outcome, stream, worker } = task;
    const start = ts(task.start);
    const end = ts(task.end);
    const common = { name: method, cat: outcome, pid: PID, tid: worker + 1 };
    const args = { index, stream, outcome };
    if (start >= (until.get(worker) ?? 0)) {
      events.push({ ph: 'X', ...common, ts: start, dur: end - start, args });
      until.set(worker, end);
    } else events.push({ ph: 'b', ...common, id, ts: start, args }, { ph: 'e', ...common, id, ts: end });
  }
  return events;
}

/** Arrows from the end of each task to the emission of its result. */
function emissions(
  tasks: readonly TaskSpan[],
  resultsOf: ReadonlyMap<number, number>,
  ts: (time: number) => number,
): TraceEvent[] {
  const events: TraceEvent[] = [];
  const until = new Map<number, number>();
  // Clocks are coarse: emissions of one time are ordered by stream and place (sorting is stable).
  const emitted = tasks
    .filter(({ order }) => order !== undefined)
    .sort((a, b) => a.order! - b.order!)
    .sort((a, b) => a.stream - b.stream)
    .sort((a, b) => a.emitted! - b.emitted!);
  for (const [id, { emitted: time, end, index, order, start, stream, worker }] of emitted.entries()) {
    const tid = resultsOf.get(stream)!;
    const at = Math.max(ts(time!), until.get(stream) ?? 0);
    until.set(stream, at + EMISSION);
    const arrow = { name: 'emitted', cat: 'emitted', pid: PID, id };
    const held = Math.max(0, time! - end);
    const slice = { name: String(index), cat: 'result', pid: PID, tid, ts: at, dur: EMISSION };
    events.push(
      { ph: 's', ...arrow, tid: worker + 1, ts: ts(Math.max(start, end - 1e-3)) },
      { ph: 'X', ...slice, args: { index, order, held } },
      { ph: 'f', bp: 'e', ...arrow, tid, ts: at },
    );
  }
  return events;
}

/** Counters of the tasks that run, and of the results that wait for earlier ones. */
function counters(tasks: readonly TaskSpan[], ts: (time: number) => number): TraceEvent[] {
  const changes = tasks.flatMap(({ emitted, end, start }) => [
    { at: ts(start), running: 1, held: 0 },
    { at: ts(end), running: -1, held: emitted === undefined ? 0 : 1 },
    ...(emitted === undefined ? [] : [{ at: Math.max(ts(end), ts(emitted)), running: 0, held: -1 }]),
  ]);
  changes.sort((a, b) => a.at - b.at);
  const events: TraceEvent[] = [];
  let running = 0;
  let held = 0;
  for (const [at, change] of changes.entries()) {
    running += change.running;
    held += change.held;
    if (changes[at + 1]?.at === change.at) continue;
    events.push({ ph: 'C', name: 'tasks', pid: PID, tid: 0, ts: change.at, args: { running, held } });
  }
  return events;
}

const inTime = (tasks: readonly TaskSpan[]): TaskSpan[] =>
  [...tasks].sort((a, b) => (a.start === b.start ? a.end - b.end : a.start - b.start));
