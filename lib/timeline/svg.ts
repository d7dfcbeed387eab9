/** A recording as SVG: a lane for each worker, and below them the results in the order of their emission. */
import { record, show, whole } from '../api/checks.ts';
import type { Recording } from './recording.ts';
import { Shapes, escaped } from './shapes.ts';
import { STYLE } from './style.ts';
import type { TaskSpan } from './taskTable.ts';

/** Options of `toSVG`. */
export interface PictureOptions {
  /** The heading. Default: the pool's name. */
  readonly title?: string | undefined;
  /** Only the tasks of this stream, by the number that events give it. Default: all. */
  readonly stream?: number | undefined;
  /** Milliseconds of its width, at least 1: to compare pictures. Default: as long as the tasks took. */
  readonly duration?: number | undefined;
}

const WIDTH = 960;
/** The edges of the lanes. */
const LEFT = 84;
const RIGHT = WIDTH - 12;
const TOP = 68;
/** Up to this many results, each is drawn with its number, and with a line from the end of its task. */
const FEW = 120;
/** The height of a label. */
const LABEL = 10;

export function svg(recording: Recording, name: string, options?: PictureOptions): string {
  const { duration, stream, title = name } = record('toSVG: options', options, ['title', 'stream', 'duration']);
  if (typeof title !== 'string') throw new TypeError(`toSVG: title must be a string, got ${show(title)}`);
  const only = stream === undefined ? undefined : whole('toSVG: stream', stream, 0);
  const all = recording.tasks;
  const tasks = only === undefined ? all : all.filter((task) => task.stream === only);
  const from = tasks.reduce(
    (least, { start }) => Math.min(least, start),
    tasks.length > 0 ? Infinity : recording.began,
  );
  const to = tasks.reduce((most, { emitted = 0, end }) => Math.max(most, end, emitted), from);
  const span = checked(duration) ?? Math.max(to - from, 1e-3);
  const x = (time: number): number => LEFT + ((time - from) / span) * (RIGHT - LEFT);
  const lanes = [...new Set(tasks.map(({ worker }) => worker))].sort((a, b) => a - b);
  const height = Math.max(7, Math.min(24, 400 / Math.max(1, lanes.length)));
  const parts: string[] = [];
  const bottom = TOP + lanes.length * height;
  const streams = [...new Set(tasks.filter(({ order }) => order !== undefined).map((task) => task.stream))];
  parts.push(...axis(from, span, x, bottom));
  for (const [at, worker] of lanes.entries())
    parts.push(
      ...lane(
        tasks.filter((task) => task.worker === worker),
        // As many labels as have room.
        at % Math.ceil(LABEL / height) === 0 ? `worker ${worker}` : '',
        { y: TOP + at * height, height },
        colourOf(tasks),
        x,
      ),
    );
  let y = bottom + 26;
  const rows: string[] = [];
  for (const each of streams) {
    const own = tasks.filter((task) => task.stream === each);
    const { row, ways } = results(own, { y, lanes, height }, x, streams.length > 1 ? `results ${each}` : 'results');
    parts.push(ways);
    rows.push(...row);
    y += 44;
  }
  const described = describe(tasks, lanes.length, to - from, recording.leftOut);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${round(y)}" width="${WIDTH}" height="${round(y)}" role="img" aria-label="${escaped(`${title}: ${described}`)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${round(y)}"/>`,
    `<text class="title" x="12" y="22">${escaped(title)}</text><text class="said" x="12" y="40">${escaped(described)}</text>`,
    ...parts,
    // Last, so that they are over the lines to the rows below.
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function checked(duration: unknown): number | undefined {
  if (duration === undefined) return undefined;
  const expected = `toSVG: duration must be milliseconds, at least 1, got ${show(duration)}`;
  if (typeof duration !== 'number') throw new TypeError(expected);
  if (!(duration >= 1 && duration < Infinity)) throw new RangeError(expected);
  return duration;
}

/** The colour of a task is that of its place in the source: results in order make a rainbow, others stand out. */
function colourOf(tasks: readonly TaskSpan[]): (task: TaskSpan) => number {
  const last = tasks.reduce((most, { index }) => Math.max(most, index), 1);
  return ({ index }) => Math.floor((index / (last + 1)) * 24);
}

function lane(
  tasks: readonly TaskSpan[],
  label: string,
  { height, y }: { readonly height: number; readonly y: number },
  colour: (task: TaskSpan) => number,
  x: (time: number) => number,
): string[] {
  const tall = height - Math.min(4, height / 4);
  const shapes = new Shapes(y, tall);
  for (const task of tasks) {
    const left = x(task.start);
    const right = x(task.end);
    const failed = task.outcome !== 'value';
    shapes.add(left, right, colour(task), failed);
    if (tasks.length > FEW) continue;
    const { end, index, method, outcome, start } = task;
    const suffix = failed ? `, ${outcome}` : '';
    shapes.label(
      left,
      right,
      `${method} ${index}: ${ms(end - start)}${suffix}`,
      right - left > 16 && tall > 10 ? String(index) : '',
      failed,
    );
  }
  const named =
    label === '' ? '' : `<text class="label" x="${LEFT - 8}" y="${round(y + tall / 2 + 4)}">${label}</text>`;
  const idle = `<rect class="idle" x="${LEFT}" y="${round(y)}" width="${RIGHT - LEFT}" height="${round(tall)}"/>`;
  return [named + idle, ...shapes.drawn()];
}

/** A row of cells, one per result, in the order of emission; where there are few, with a line from the end of each task. */
function results(
  own: readonly TaskSpan[],
  { height, lanes, y }: { readonly y: number; readonly lanes: readonly number[]; readonly height: number },
  x: (time: number) => number,
  label: string,
): { readonly row: string[]; readonly ways: string } {
  const colour = colourOf(own);
  const emitted = own.filter(({ order }) => order !== undefined).sort((a, b) => a.order! - b.order!);
  const few = emitted.length <= FEW;
  const width = (RIGHT - LEFT) / emitted.length;
  const shapes = new Shapes(y + 8, 20, few ? 1 : 0);
  const ways: string[] = [];
  for (const [at, task] of emitted.entries()) {
    const left = LEFT + at * width;
    const failed = task.outcome !== 'value';
    shapes.add(left, left + width, colour(task), failed);
    if (!few) continue;
    const { emitted: time, end, index, worker } = task;
    const waited = `${index}: emitted ${ms(Math.max(0, time! - end))} after its task had ended`;
    shapes.label(left, left + width, waited, width > 14 ? String(index) : '', failed);
    // From its lane to the time of its emission, and from there to its cell.
    const top = TOP + lanes.indexOf(worker) * height + height / 2;
    ways.push(
      `M${round(x(end))} ${round(top)}L${round(x(time!))} ${round(y - 10)}L${round(left + width / 2)} ${round(y + 8)}`,
    );
  }
  return {
    row: [`<text class="label" x="${LEFT - 8}" y="${round(y + 22)}">${label}</text>`, ...shapes.drawn()],
    ways: ways.length > 0 ? `<path class="way" d="${ways.join('')}"/>` : '',
  };
}

function axis(from: number, span: number, x: (time: number) => number, bottom: number): string[] {
  const rough = span / 8;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough)!;
  const parts: string[] = [];
  for (let at = 0; at <= span * 1.0001; at += step) {
    const left = round(x(from + at));
    // Centred, the last label would be cut off.
    const anchor = left > RIGHT - 20 ? ' style="text-anchor:end"' : '';
    parts.push(
      `<path class="tick" d="M${left} ${TOP - 4}V${round(bottom)}"/><text class="time" x="${left}" y="${TOP - 8}"${anchor}>${ms(at)}</text>`,
    );
  }
  return parts;
}

function describe(tasks: readonly TaskSpan[], workers: number, took: number, leftOut: number): string {
  const busy = tasks.reduce((sum, { end, start }) => sum + end - start, 0);
  const idle = workers * took === 0 ? 0 : Math.max(0, 1 - busy / (workers * took));
  const failed = tasks.filter(({ outcome }) => outcome !== 'value').length;
  return [
    `${tasks.length} task${tasks.length === 1 ? '' : 's'}`,
    `${workers} worker${workers === 1 ? '' : 's'}`,
    ms(took),
    `idle ${Math.round(100 * idle)} %`,
    ...(failed > 0 ? [`${failed} without a result`] : []),
    ...(leftOut > 0 ? [`${leftOut} more left out, in the middle`] : []),
  ].join(' · ');
}

const ms = (time: number): string =>
  time >= 1000 ? `${Number((time / 1000).toPrecision(3))} s` : `${Number(time.toPrecision(3))} ms`;

const round = (value: number): number => Math.round(value * 10) / 10;
