/** What a fault came to, from the events that were reported: nothing is assumed. */
import { COUNT, FAULTY, SIZE } from './sizes.js';

/**
 * `wrong` is what any pool owes and did not give, in the words of the report; empty: all of it. The rest is told of our
 * own: `task` and `others` are what those ended with, `started` how many workers, `seconds` how long it took.
 */
export function observe(fault, { events, end, said }) {
  const { scenario = 'stream', expect, prints = [] } = fault;
  const find = (name) => events.find(({ event }) => event === name);
  const outcomes = outcomesOf(events, end);
  const { mine, theirs } = sides(scenario, events, find);
  const own = mine.map((task) => outcomes(task));
  const other = theirs.map((task) => outcomes(task));
  const wrong = [
    ...(mine.length === 0 ? freed(find) : taskWrong(expect, own)),
    ...othersWrong(scenario, other),
    ...poolWrong(find, [...own, ...other]),
  ];
  if (events.some(({ event }, at) => event === 'outcome' && again(events, at))) wrong.push('twice');
  if (prints.some((line) => !said.includes(line))) wrong.push('lines lost');
  return {
    wrong: end === 'process died' ? ['died'] : [...new Set(wrong)],
    task: [...new Set(own.map(({ word }) => word))],
    others: [...new Set(other.map(({ word }) => word))],
    started: events.filter(({ event }) => event === 'worker').length,
    seconds: secondsOf(scenario, events, find),
  };
}

/** Gives the outcome of a task: `{ ok, lost, word, at }`, or `{ hangs }`. */
function outcomesOf(events, end) {
  const had = new Map();
  for (const each of events) if (each.event === 'outcome' && !had.has(each.task)) had.set(each.task, each);
  // The end of the stream is that of all its tasks.
  const last = events.find(({ event }) => event === 'error' || event === 'refused');
  return (task) => {
    const { ok, error, lost, right, at } = had.get(task) ?? { ok: false, ...last };
    if (at === undefined) return { hangs: true, word: end === 'process died' ? 'died' : 'hang' };
    return { ok, right, lost: lost ?? [], word: ok ? 'result' : error, at };
  };
}

/** Which tasks are at fault, or meant, and which have nothing to do with it. */
function sides(scenario, events, find) {
  const range = (count) => Array.from({ length: count }, (_, n) => n);
  if (scenario === 'owned' || scenario === 'unsubscribed') return { mine: [], theirs: [] };
  if (scenario === 'start' || scenario === 'alike' || scenario === 'inline') return { mine: range(COUNT), theirs: [] };
  if (scenario !== 'closed') return { mine: [FAULTY], theirs: range(COUNT).filter((n) => n !== FAULTY) };
  const at = find('closing')?.at ?? Infinity;
  const before = (name) =>
    new Set(events.filter((each) => each.event === name && each.at <= at).map(({ task }) => task));
  const begun = before('begun');
  const ended = before('outcome');
  const open = range(4 * SIZE).filter((n) => !ended.has(n));
  return { mine: open.filter((n) => begun.has(n)), theirs: open.filter((n) => !begun.has(n)) };
}

function taskWrong(expect, own) {
  if (own.some(({ hangs }) => hangs)) return ['hang'];
  if (expect === 'any') return [];
  if (own.some(({ right }) => right === false)) return ['wrong values'];
  if (expect === 'values') return own.every(({ ok }) => ok) ? [] : ['fails'];
  if (own.some(({ ok }) => ok)) return ['succeeds'];
  const lost = [...new Set(own.flatMap((each) => each.lost))];
  return lost.length === 0 ? [] : [`lost: ${lost.join(' ')}`];
}

function othersWrong(scenario, other) {
  if (other.some(({ hangs }) => hangs)) return ['others hang'];
  if (scenario === 'closed') return [];
  return other.every(({ ok }) => ok) ? [] : [scenario === 'endless' ? 'others wait' : 'others fail'];
}

/** After unsubscribing, the workers are free for others, or gone. */
function freed(find) {
  const { workers = 0 } = find('serves') ?? {};
  return workers === SIZE || find('exit') !== undefined ? [] : ['runs on'];
}

function poolWrong(find, outcomes) {
  if (find('refused') !== undefined || outcomes.some(({ hangs }) => hangs)) return [];
  const serves = find('serves');
  if (serves !== undefined && serves.error !== undefined) return ['stuck'];
  if (serves !== undefined && serves.workers < SIZE) return ['worker lost'];
  if (find('exit') !== undefined) return [];
  if (find('unsubscribed') !== undefined) return [];
  return [serves === undefined && find('closed') === undefined ? 'stuck' : 'no end'];
}

function again(events, at) {
  return events.slice(0, at).some(({ event, task }) => event === 'outcome' && task === events[at].task);
}

/** From when the fault began to when it was over for whoever waits. */
function secondsOf(scenario, events, find) {
  const last = (name) => events.findLast(({ event, task }) => event === name && task === FAULTY)?.at;
  const begin = {
    unsubscribed: find('unsubscribed')?.at,
    owned: find('unsubscribed')?.at,
    endless: find('closing')?.at,
    closed: find('closing')?.at,
  };
  const end = {
    unsubscribed: find('serves')?.at,
    owned: find('clean')?.at,
    endless: find('closed')?.at,
    closed: find('closed')?.at,
    start: find('settled')?.at,
  };
  const from = begin[scenario] ?? last('begun') ?? find('ready')?.at;
  const to = scenario in end ? end[scenario] : last('outcome');
  return from === undefined || to === undefined ? undefined : (to - from) / 1000;
}
