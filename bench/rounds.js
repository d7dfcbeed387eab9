/** Measures a workload: rounds over all its libraries, a process each, medians of what passed the check. */
import { difference } from './check.js';
import { launch } from './launch.js';
import { libraries } from './libraries.js';
import { median } from './median.js';
import { workloads } from './workloads.js';

/** The libraries of `names` that take part in a workload; the sequential loop is in every one that it can do: it says what is right. */
export function takingPart(id, names) {
  const { also, only, without = {} } = workloads[id];
  return names.filter(
    (name) =>
      (only?.includes(name) ?? (also?.includes(name) || !(libraries[name].pulled || libraries[name].alone))) &&
      without[name] === undefined,
  );
}

/** A run of less than so many ms is noisy, and costs little: it takes part in more rounds. */
const MOMENT = 2_000;

/** Gives `{ figures, errors }` by library; `progress` is told of each run. `least`: rounds for what takes a moment. */
export async function measureWorkload(id, names, { rounds, least, size, scale, ...how }, progress) {
  const runs = new Map(names.map((name) => [name, []]));
  const took = new Map();
  const errors = {};
  const left = (name, round) =>
    errors[name] === undefined &&
    !(round > 0 && workloads[id].slow && libraries[name].peer) &&
    (round < rounds || took.get(name) < MOMENT);
  for (let round = 0; round < Math.max(rounds, least); round++)
    // Each round begins with another library: none always comes after the same one.
    for (const name of rotated(names, round)) {
      if (!left(name, round)) continue;
      progress(round, name);
      const began = performance.now();
      const run = await launch({ library: name, workload: id, size, scale }, how);
      took.set(name, performance.now() - began);
      if (run.error === undefined) runs.get(name).push(run);
      else errors[name] = run.error;
    }
  const expected = runs.get('sequential')?.[0]?.check;
  const figures = {};
  for (const [name, all] of runs) {
    const wrong = all
      .map(({ check }) => expected && difference(check, expected, libraries[name].ordered))
      .find((each) => each !== undefined);
    if (wrong !== undefined) errors[name] = wrong;
    if (errors[name] === undefined) figures[name] = medians(all.map((run) => run.figures));
  }
  return { figures, errors };
}

function medians(all) {
  const columns = Object.keys(all[0]);
  return Object.fromEntries(columns.map((column) => [column, median(all.map((run) => run[column]))]));
}

function rotated(list, by) {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
