/** docs/measured/FAULTS.md: written from what was observed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { faults } from './faults.js';
import { libraries } from './libraries.js';
import { COUNT, FAULTY, SIZE } from './sizes.js';
import { table } from './table.js';

const DOCUMENT = new URL('../../docs/measured/FAULTS.md', import.meta.url);

/** How our own table calls its hosts. */
export const hosts = {
  node: 'Node',
  isolated: 'Chromium',
  shareless: 'Chromium, not isolated',
};

/** What a library may fail in, and the words of the comparison that count for it. */
const KINDS = {
  'never ends': ['hang', 'others hang', 'stuck', 'no end'],
  'process died': ['died'],
  'other tasks lost or held up': ['others fail', 'others wait', 'fails'],
  'core or worker lost': ['runs on', 'worker lost'],
  'wrong values': ['wrong values'],
  'lines lost': ['lines lost'],
  'error not as thrown': ['lost', 'succeeds', 'twice'],
};

const LEGEND = {
  ok: 'the task ends as it should, the other tasks have their results, and all workers of the pool serve again',
  hang: 'the task has no outcome',
  'others hang': 'other tasks have no outcome',
  'others fail': 'other tasks fail with it',
  'others wait': 'results that were there wait for a task that never ends',
  fails: 'a task that had begun fails, though the pool was to wait for it',
  succeeds: 'the failing task counts as one that succeeded',
  'lost: …': 'these parts of what was thrown have not arrived',
  'wrong values': 'a task sees or gives what belongs to another',
  'lines lost': 'what a task printed before its result came is not printed',
  'runs on': 'nobody waits for the tasks any more, and they keep their workers',
  'worker lost': 'the pool goes on with a worker less',
  stuck: 'the pool serves nobody any more',
  'no end': 'the pool does not end',
  died: 'the process ended',
  none: 'the library has no such thing',
};

/** `observed[host or library][fault]` is an observation, or undefined where there is none. Returns where it wrote. */
export function write(observed, about) {
  mkdirSync(new URL('.', DOCUMENT), { recursive: true });
  writeFileSync(DOCUMENT, documentOf(observed, about));
  return fileURLToPath(DOCUMENT);
}

function documentOf(observed, { versions, node, chromium, date }) {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `# What happens when something goes wrong

Written by \`npm run faults\` on ${date}, with real workers: Node ${node}, Chromium ${chromium}; ${used.join(', ')}.
To repeat it: \`npm ci && npm run faults\`, some five to ten minutes. \`npm run faults -- --only exit,loop --library piscina\` prints a part, and writes nothing.

## Summary

Faults tried, and in how many of them something was not as any pool owes it: the other libraries in Node. A fault may count in several columns.

${summaryTable(observed)}

## How it is done

Each fault is played in a process of its own, or in a fresh page. A stream of ${COUNT} tasks runs on a pool of ${SIZE} workers; task ${FAULTY}
is the faulty one, the others return at once. All workers are up before, but where it is about that. Then the pool is given more to do,
until each of its workers has done some of it, and is closed.
What neither gives an outcome nor ends for 6 seconds is a hang. A worker is expected to be replaced, a failing task to fail alone, and a
failure to be reported. \`bench/faults/faults.js\` is the list, \`bench/faults/libraries/\` how each library is used, by what its documentation says.

## rxjs-parallel

_The task_ is what the faulty task ends with, _others_ what the others do. Times are from the fault to its outcome, or to when the workers
are free again, in steps of half a second.

${ownTable(observed)}

- **Chromium, not isolated** is a page without shared memory. There nobody sees how far a worker has come with a message: all tasks of the
  message that are not reported fail with the worker.
- An **endless loop without \`timeout\`** keeps its worker until the stream is unsubscribed or the pool closed, and with it the results of tasks
  that had ended just before it in the same message: some of the others may wait. With \`timeout\` each task has a message of its own.
- Chromium takes about two seconds to end a worker that loops. The tasks have failed before that.

## The same faults in other libraries

In Node. Each is driven by \`mergeMap((value) => …, ${2 * SIZE})\`, which passes unsubscribing on through an \`AbortSignal\` where the library takes one.
What is not ok is played a second time, and the better counts.

${comparison(observed)}

${Object.entries(LEGEND)
  .map(([word, meaning]) => `- **${word}**: ${meaning}`)
  .join('\n')}
`;
}

function summaryTable(observed) {
  const places = [
    ...Object.entries(hosts).map(([name, host]) => [name, `rxjs-parallel, ${host}`]),
    ...Object.entries(libraries).flatMap(([name, { title }]) => (title === 'rxjs-parallel' ? [] : [[name, title]])),
  ];
  const rows = places.map(([name, title]) => {
    const results = Object.values(observed[name]);
    const counts = Object.values(KINDS).map(
      (words) => results.filter(({ wrong }) => wrong.some((each) => words.includes(each.split(':')[0]))).length,
    );
    const ok = results.filter(({ wrong }) => wrong.length === 0).length;
    return [title, results.length, ok, ...counts].map(String);
  });
  return table(['', 'tried', 'ok', ...Object.keys(KINDS)], rows);
}

/** A fault has a row for each host on which it ended otherwise. */
function ownTable(observed) {
  const rows = [];
  for (const [id, fault] of Object.entries(faults)) {
    const byText = new Map();
    for (const [host, name] of Object.entries(hosts)) {
      const result = observed[host][id];
      if (result === undefined) continue;
      const cells = ownCells(fault, result);
      const key = cells.join('|');
      byText.set(key, { cells, names: [...(byText.get(key)?.names ?? []), name] });
    }
    let title = fault.title;
    for (const { cells, names } of byText.values()) {
      rows.push([title, names.length === Object.keys(hosts).length ? 'all' : names.join('; '), ...cells]);
      title = '';
    }
  }
  return table(['fault', 'where', 'the task', 'others', 'the pool', 'time'], rows);
}

function ownCells({ scenario = 'stream', expect }, { wrong, task, others, started, seconds }) {
  const quoted = (words) => words.map((word) => (word === 'result' ? 'result' : `\`${word}\``)).join(', ');
  const bad = wrong.length === 0 ? [] : [`**${wrong.join(', ')}**`];
  const replaced = Math.max(0, started - SIZE);
  const pool =
    scenario === 'start'
      ? // One more may be on its way when the third fails.
        started === 0
        ? 'gives up'
        : `gives up after ${started >= 3 && started <= SIZE + 2 ? `3 to ${SIZE + 2}` : started} starts`
      : scenario === 'closed' || scenario === 'endless'
        ? 'closed'
        : scenario === 'owned'
          ? 'ended'
          : replaced === 0
            ? 'keeps its workers'
            : `replaces ${replaced}`;
  const first =
    task.length === 0 ? 'ended' : quoted(task) + (expect === 'whole' && wrong.length === 0 ? ', whole' : '');
  const second = others.length === 0 ? '–' : others.length === 1 && others[0] === 'result' ? 'results' : quoted(others);
  return [first, second, [pool, ...bad].join(', '), time(seconds)];
}

function time(seconds) {
  if (seconds === undefined) return '–';
  // What a worker says of its beginning comes a little late.
  const steps = Math.floor((seconds + 0.1) * 2) / 2;
  return steps === 0 ? '< 0.5 s' : `${steps} s`;
}

function wordFor(result) {
  if (result === undefined) return 'none';
  return result.wrong.length === 0 ? 'ok' : result.wrong.join(', ');
}

function comparison(observed) {
  const names = Object.keys(libraries);
  const rows = Object.entries(faults)
    .filter(([, { only }]) => only !== 'page')
    .map(([id, { title }]) => [title].concat(names.map((name) => wordFor(observed[name][id]))));
  return table(['fault', ...names.map((name) => libraries[name].title)], rows);
}
