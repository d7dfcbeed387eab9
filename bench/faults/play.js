/** Plays one fault with one library, and reports what happens, event by event: on any host. */
import { scenarios } from './scenarios.js';
import { SIZE } from './sizes.js';
import { lost, thrown } from './thrown.js';

/** How long the pool may take to have all of its workers again, in ms. */
const RECOVERY = 3000;

/** After these, all workers of the pool should serve again. */
const SERVING = new Set(['alike', 'stream', 'cancelled', 'terminated', 'unsubscribed']);

/** These close it themselves. */
const CLOSING = new Set(['closed', 'endless']);

/** `report` is called with `{ event, … }`; a fault that hangs leaves it at what came last. */
export async function play(fault, library, host, report) {
  const { scenario = 'stream', settings = {}, start } = fault;
  host.onBegun((task) => report({ event: 'begun', task }));
  const outcome = (each) => report({ event: 'outcome', ...told(fault, each) });
  const given = { size: SIZE, ...settings, start, script: host.script(start) };
  let pool;
  try {
    pool = scenario === 'owned' || scenario === 'inline' ? undefined : library.open(given);
  } catch (reason) {
    report({ event: 'refused', error: nameOf(reason) });
    return;
  }
  // All workers are up, but where it is about how they come up.
  if (SERVING.has(scenario) || CLOSING.has(scenario)) await serving(pool);
  report({ event: 'ready' });
  await scenarios[scenario]({
    fault,
    library,
    pool,
    host,
    report,
    outcome,
    settle: (stream, signal, count = Infinity) => settled(stream, { signal, count, outcome, report }),
  });
  report({ event: 'settled' });
  if (SERVING.has(scenario)) report({ event: 'serves', ...(await serving(pool)) });
  if (CLOSING.has(scenario)) {
    // Some pools start anew for what comes after their end; others refuse to end twice.
    await (async () => pool.close({ drain: false }))().catch(() => {});
  } else if (pool !== undefined) {
    await pool.close({ drain: false });
    report({ event: 'closed' });
  }
  await host.workersEnded();
  report({ event: 'clean' });
}

/**
 * Resolves when the stream has ended, `signal` has ended it, or `count` tasks have their outcome.
 * @returns {Promise<void>}
 */
function settled(stream, { signal, count, outcome, report }) {
  return new Promise((resolve) => {
    let had = 0;
    const subscription = stream.subscribe({
      next(each) {
        outcome(each);
        if (++had >= count) resolve();
      },
      error(reason) {
        report({ event: 'error', error: nameOf(reason) });
        resolve();
      },
      complete: () => resolve(),
    });
    signal?.addEventListener('abort', () => subscription.unsubscribe());
  });
}

/** How many workers serve: tasks that take a while are given until all do, or it is plain that they will not. */
async function serving(pool) {
  const workers = new Set();
  const end = performance.now() + RECOVERY;
  while (workers.size < SIZE && performance.now() < end) {
    const calls = Array.from({ length: 2 * SIZE }, () => pool.run({ method: 'busy', value: -1 }));
    for (const each of await Promise.allSettled(calls))
      if (each.status === 'fulfilled') workers.add(each.value);
      else return { workers: workers.size, error: nameOf(each.reason) };
  }
  return { workers: workers.size };
}

function told({ right, sent }, { index, ok, reason, value }) {
  if (ok) return { task: index, ok, right: right === undefined || right(value, index) };
  return { task: index, ok, error: nameOf(reason), lost: sent === undefined ? [] : lost(thrown[sent](), reason) };
}

function nameOf(reason) {
  if (typeof reason !== 'object' || reason === null) return reason === '' ? "''" : String(reason);
  return reason.name === 'Error' ? reason.constructor.name : String(reason.name);
}
