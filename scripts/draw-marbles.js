// `node scripts/draw-marbles.js`: draws docs/images/marbles/NAME.svg of the marble diagram in the comment of each operator, with the
// workers' lanes between source and result. `--check` draws nothing, and fails where a picture is not what the comment says.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const FOLDER = 'docs/images/marbles';
const OPERATORS = ['parallelMap', 'parallelMapUnordered'];
const DIAGRAM =
  /^ \* source: +(?<source>\S+)\n \* +\w+\(fn, (?<workers>\d+)\) +(?<costs>.*)\n \* result: +(?<result>\S+)$/m;

/** Pixels of a frame, of a line, and where the first frame is. */
const FRAME = 34;
const LINE = 46;
const LEFT = 150;
const RADIUS = 14;
const STYLE = `
    svg { --ink: #24292f; --line: #8c959f; --page: #ffffff; }
    @media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --line: #768390; --page: #0d1117; } }
    text { font: 14px ui-monospace, monospace; fill: var(--ink); }
    .name { font-weight: 600; }
    .in { text-anchor: middle; fill: #10131a; }
    .time { stroke: var(--line); stroke-width: 1.5; }
    .way { stroke: var(--line); stroke-dasharray: 2 3; fill: none; }`;
const COLOURS = { a: '#8fb7ff', b: '#8fe0b0', c: '#ffc978' };

/**
 * The notifications of a marble string, each with its frame: letters, those of a group at the frame of its bracket, and the end.
 * @param {string} marbles
 */
function notifications(marbles) {
  const values = [];
  let end = 0;
  let group = -1;
  for (const [at, char] of Array.from(marbles).entries()) {
    if (char === '(') group = at;
    else if (char === ')') group = -1;
    else if (char === '|') end = at;
    else if (char !== '-') values.push({ name: char, frame: group < 0 ? at : group });
  }
  return { values, end };
}

/** Each task on the worker that is free first. @param {{ name: string, frame: number }[]} values @param {number} workers @param {string} costs */
function schedule(values, workers, costs) {
  const frames = new Map([...costs.matchAll(/(\w) takes (\d+)/g)].map(([, name, count]) => [name, Number(count)]));
  const free = Array.from({ length: workers }, () => 0);
  return values.map(({ frame, name }) => {
    const worker = free.findIndex((time) => time <= frame);
    const lane = worker < 0 ? free.indexOf(Math.min(...free)) : worker;
    const start = Math.max(frame, free[lane]);
    free[lane] = start + (frames.get(name) ?? 0);
    return { name, lane, start, end: free[lane] };
  });
}

/** @param {string} operator @param {{ source: string, workers: string, costs: string, result: string }} diagram */
function draw(operator, { costs, result, source, workers }) {
  const before = notifications(source);
  const after = notifications(result);
  const tasks = schedule(before.values, Number(workers), costs);
  const lanes = Number(workers);
  const x = (/** @type {number} */ frame) => LEFT + frame * FRAME;
  const y = (/** @type {number} */ line) => 34 + line * LINE;
  const last = lanes + 1;
  const width = x(Math.max(before.end, after.end)) + 40;
  const colour = (/** @type {string} */ name) => COLOURS[name] ?? '#d0d7de';
  const marble = (/** @type {string} */ name, /** @type {number} */ frame, /** @type {number} */ line, shift = 0) =>
    `<circle cx="${x(frame) + shift}" cy="${y(line)}" r="${RADIUS}" fill="${colour(name)}"/><text class="in" x="${x(frame) + shift}" y="${y(line) + 5}">${name}</text>`;
  const time = (/** @type {string} */ name, /** @type {number} */ line, /** @type {number} */ end) =>
    `<text class="name" x="8" y="${y(line) + 5}">${name}</text>` +
    `<line class="time" x1="${x(0)}" x2="${x(end)}" y1="${y(line)}" y2="${y(line)}"/>` +
    `<line class="time" x1="${x(end)}" x2="${x(end)}" y1="${y(line) - 12}" y2="${y(line) + 12}"/>`;
  /** Those of one frame side by side. @type {Map<number, number>} */
  const beside = new Map();
  const results = after.values.map(({ frame, name }) => {
    const shift = beside.get(frame) ?? 0;
    beside.set(frame, shift + RADIUS * 1.4);
    return { name, frame, shift };
  });
  const ways = tasks.map(({ end, lane, name }) => {
    const to = results.find((each) => each.name === name);
    return to === undefined
      ? ''
      : `<path class="way" d="M${x(end)} ${y(lane + 1)} L${x(to.frame) + to.shift} ${y(last) - RADIUS}"/>`;
  });
  const bars = tasks.map(
    ({ end, lane, name, start }) =>
      `<rect x="${x(start)}" y="${y(lane + 1) - 13}" width="${(end - start) * FRAME}" height="26" rx="4" fill="${colour(name)}"/><text class="in" x="${x((start + end) / 2)}" y="${y(lane + 1) + 5}">${name}</text>`,
  );
  const height = y(last) + 34;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${operator}: ${source} becomes ${result}">
  <style>${STYLE}
  </style>
  <rect width="${width}" height="${height}" fill="var(--page)"/>
  ${[
    time('source', 0, before.end),
    ...Array.from({ length: lanes }, (_, lane) => `<text x="8" y="${y(lane + 1) + 5}">worker ${lane}</text>`),
    time('result', last, after.end),
    ...ways,
    ...bars,
    ...before.values.map(({ frame, name }) => marble(name, frame, 0)),
    ...results.map(({ frame, name, shift }) => marble(name, frame, last, shift)),
  ].join('\n  ')}
</svg>
`;
}

const check = process.argv.includes('--check');
mkdirSync(FOLDER, { recursive: true });
for (const operator of OPERATORS) {
  const groups = DIAGRAM.exec(readFileSync(`lib/${operator}.ts`, 'utf8'))?.groups;
  if (groups === undefined) throw new Error(`The comment of ${operator} has no marble diagram`);
  const { costs = '', result = '', source = '', workers = '' } = groups;
  const svg = draw(operator, { source, workers, costs, result });
  const file = `${FOLDER}/${operator}.svg`;
  if (!check) writeFileSync(file, svg);
  else if (readFileSync(file, 'utf8') !== svg) {
    console.error(`${file} is not what the comment of ${operator} says: node scripts/draw-marbles.js`);
    process.exitCode = 1;
  }
}
