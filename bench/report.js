/** Tables in Markdown of what was measured. */
import { columns } from './columns.js';
import { libraries } from './libraries.js';
import { table } from './table.js';
import { verdicts } from './targets.js';
import { workloads } from './workloads.js';

const PEERS = Object.keys(libraries).filter((name) => libraries[name].peer);

/** `measured` is `{ figures, errors }` by library. */
export function tableOf(id, measured) {
  const { columns: shown, without = {} } = workloads[id];
  const { figures, errors } = measured;
  const first = shown[0];
  const { more } = columns[first];
  const best = bestPeer(id, measured);
  const loop = more ? figures.sequential?.[first] : undefined;
  const against = [
    ['× best peer', best],
    ['× sequential', loop],
  ].filter(([, to]) => Number.isFinite(to));
  const heads = ['', ...shown.map((column) => columns[column].title), ...against.map(([head]) => head)];
  const rows = Object.entries(libraries).flatMap(([name, { title }]) => {
    const values = figures[name];
    if (values !== undefined) {
      const cells = shown.map((column) => (values[column] === undefined ? '–' : columns[column].show(values[column])));
      return [[title, ...cells, ...against.map(([, to]) => (values[first] / to).toFixed(2))]];
    }
    const why = without[name] ?? errors?.[name];
    return why === undefined ? [] : [[title, `– ${why.split('\n')[0]}`]];
  });
  return table(heads, rows);
}

/** The best figure of the libraries other than this, in the first column; not finite where none was measured. */
export function bestPeer(id, { figures }) {
  const [first] = workloads[id].columns;
  const most = columns[first].more ? Math.max : Math.min;
  return most(...PEERS.map((name) => figures[name]?.[first]).filter(Number.isFinite));
}

/** What the targets come to, of all that was measured. */
export function targetsTable(results) {
  const all = verdicts(results);
  const rows = all.map(({ what, want, value, met }) => [what, want, value, met ? 'met' : '**missed**']);
  const missed = all.filter(({ met, why }) => !met && why !== undefined);
  const reasons = [...new Set(missed.map(({ why }) => why))].map((reason) => {
    const of = missed.filter(({ why }) => why === reason).map(({ what }) => `_${what}_`);
    return `\n- ${of.join('; ')}: ${reason}`;
  });
  return [table(['target', 'wanted', 'measured', ''], rows), ...reasons].join('\n');
}

export function sectionOf(id, measured) {
  const { about, cold, title } = workloads[id];
  const { machine } = measured;
  const { date, least = 1, rounds } = measured;
  const more = least > rounds ? `, ${least} of what takes a moment` : '';
  const when = date === undefined ? '' : ` Measured ${date}, ${rounds} rounds${more}.`;
  const where = machine === undefined ? '' : ` On ${machine.processor}; Node ${machine.node}.`;
  const state = cold ? 'Cold: each run is that of a process that has just started.' : 'Warm.';
  return `### ${title}\n\n${about} ${state}${when}${where}\n\n${tableOf(id, measured)}\n`;
}
