/** What the workers do, well or badly: the same in every library, which hands each task its number. */
import { nested } from './nested.js';
import { thrown } from './thrown.js';
import { worker } from './worker.js';

const never = new Promise(() => {});
const later = (act) => void setTimeout(() => act());
/** @type {BroadcastChannel & { unref?(): void }} */
const channel = new BroadcastChannel('faults');
channel.unref?.();

/** Says which task has begun, and where. */
function begin(task) {
  channel.postMessage({ task, worker });
}

export const echo = (task) => task;

/** Computes for a while, and says where. */
export function busy(task) {
  begin(task);
  const end = performance.now() + 50;
  while (performance.now() < end);
  return worker;
}

export function loop(task) {
  begin(task);
  for (;;);
}

export async function wait(task) {
  begin(task);
  return never;
}

/** Waits for the signal that the library gives a task, if it gives one: each library's worker says how. */
export async function listen(task, signal) {
  begin(task);
  return typeof signal?.addEventListener === 'function'
    ? new Promise((resolve) => signal.addEventListener('abort', resolve))
    : never;
}

export function exit(task) {
  begin(task);
  process.exit(3);
}

/** A browser's `process.exit`. */
export async function close(task) {
  begin(task);
  globalThis.close();
  return never;
}

export function outOfMemory(task) {
  begin(task);
  const kept = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, at) => ({ at })));
}

export async function throwLater(task) {
  begin(task);
  later(() => {
    throw thrown.Coded();
  });
  return never;
}

export async function rejectLater(task) {
  begin(task);
  void Promise.reject(thrown.Coded());
  return never;
}

export async function rejectUndefinedLater(task) {
  begin(task);
  void Promise.reject();
  return never;
}

const out = new Float64Array(2);

/** One buffer, refilled for each task and returned again. */
export function reuse(task) {
  out[0] = task;
  return out;
}

/** Changes what the host gives to every task. */
export function change({ options, task }) {
  options.tags.push(task);
  return options.tags.length;
}

export function print(task) {
  console.log(`<${task}>`);
  return task;
}

export function nest(task) {
  begin(task);
  return nested();
}

export function returnFunction(task) {
  begin(task);
  return echo;
}

const throws = (make) => (task) => {
  begin(task);
  throw make();
};
export const throwFunction = throws(() => echo);
export const throwCoded = throws(thrown.Coded);
export const throwCaused = throws(thrown.Caused);
export const throwAggregate = throws(thrown.Aggregate);
export const throwDom = throws(thrown.Dom);
export const throwHostile = throws(thrown.Hostile);
export const throwDomCoded = throws(thrown.DomCoded);
export const throwFields = throws(thrown.Fields);
export const throwCircular = throws(thrown.Circular);
export const throwUndefined = throws(thrown.Undefined);
export const throwNull = throws(thrown.Null);
export const throwZero = throws(thrown.Zero);
export const throwEmpty = throws(thrown.Empty);
