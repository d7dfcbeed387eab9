import { nested } from './nested.js';
import { COUNT } from './sizes.js';

/**
 * Every fault, in the order of the report: the same for every library.
 *
 * `scenario` (scenarios.js) is how it comes about, `method` what the worker does, `settings` what the pool and the call are
 * told. `expect` is what any pool owes to the task. `needs` is what a library must have for it to be tried, `only` the
 * host where there is such a thing.
 */
const TIMEOUT = 500;
const shared = { tags: [] };

export const faults = {
  'timeout-loop': {
    title: 'endless loop, `timeout`',
    method: 'loop',
    settings: { timeout: TIMEOUT },
    needs: 'timeout',
    expect: 'fails',
  },
  'timeout-wait': {
    title: 'task that waits for ever, `timeout`',
    method: 'wait',
    settings: { timeout: TIMEOUT },
    needs: 'timeout',
    expect: 'fails',
  },
  'cancel-listens': {
    title: 'cancelled by a signal: a task that listens to its own',
    scenario: 'cancelled',
    method: 'listen',
    needs: 'signal',
    expect: 'fails',
  },
  'cancel-loop': {
    title: 'cancelled by a signal: endless loop',
    scenario: 'cancelled',
    method: 'loop',
    needs: 'signal',
    expect: 'fails',
  },
  'unsubscribe-owned': {
    title: "unsubscribing, the pool is the stream's own: endless loops",
    scenario: 'owned',
    expect: 'nothing',
  },
  'unsubscribe-listens': {
    title: 'unsubscribing, shared pool: tasks that listen to their signal',
    scenario: 'unsubscribed',
    method: 'listen',
    expect: 'nothing',
  },
  'unsubscribe-loop': {
    title: 'unsubscribing, shared pool: endless loops',
    scenario: 'unsubscribed',
    method: 'loop',
    expect: 'nothing',
  },
  loop: {
    title: 'endless loop, no `timeout`; the pool is closed in the end',
    scenario: 'endless',
    method: 'loop',
    expect: 'fails',
  },
  exit: { title: '`process.exit(3)`', method: 'exit', only: 'node', expect: 'fails' },
  'self-close': { title: '`self.close()`', method: 'close', only: 'page', expect: 'fails' },
  'out-of-memory': {
    title: 'out of memory under `resourceLimits`',
    method: 'outOfMemory',
    settings: { resourceLimits: { maxOldGenerationSizeMb: 24 } },
    only: 'node',
    expect: 'fails',
  },
  'throw-later': { title: 'uncaught throw of an async callback', method: 'throwLater', expect: 'fails' },
  'reject-error': { title: 'floating rejection of an Error', method: 'rejectLater', expect: 'fails' },
  'reject-undefined': {
    title: 'floating rejection of `undefined`',
    method: 'rejectUndefinedLater',
    expect: 'fails',
  },
  terminate: {
    title: '`worker.terminate()` from outside',
    scenario: 'terminated',
    method: 'wait',
    expect: 'fails',
  },
  poison: {
    title: 'task that kills every worker, run again twice (`crashRetries: 2`)',
    method: 'throwLater',
    settings: { retries: 2 },
    expect: 'fails',
  },
  missing: { title: 'no such module', scenario: 'start', start: 'missing', expect: 'fails' },
  syntax: { title: 'module with a syntax error', scenario: 'start', start: 'syntax', expect: 'fails' },
  'throws-at-load': { title: 'module that throws at load', scenario: 'start', start: 'throws', expect: 'fails' },
  silent: {
    title: 'module that never exposes, `initTimeout`',
    scenario: 'start',
    start: 'silent',
    settings: { initTimeout: 1000 },
    expect: 'fails',
  },
  'dies-at-start': {
    title: 'every worker dies when it has come up',
    scenario: 'start',
    start: 'dies',
    expect: 'fails',
  },
  factory: {
    title: 'worker that cannot be made (the factory throws, `spawn` rejects)',
    scenario: 'start',
    start: 'factory',
    needs: 'factory',
    expect: 'fails',
  },
  argument: { title: 'argument that cannot be cloned', method: 'echo', argument: () => {}, expect: 'fails' },
  result: { title: 'result that cannot be cloned', method: 'returnFunction', expect: 'fails' },
  'returns-again': {
    title: 'every task returns one buffer, refilled',
    scenario: 'alike',
    method: 'reuse',
    right: (value, n) => value[0] === n,
    expect: 'values',
  },
  'shares-input': {
    title: 'every task is given one object, and changes it',
    scenario: 'alike',
    method: 'change',
    argument: (task) => ({ options: shared, task }),
    right: (value) => value === 1,
    expect: 'values',
  },
  'deep-argument': { title: 'argument of 5 000 levels', method: 'echo', argument: nested(), expect: 'any' },
  'deep-result': { title: 'result of 5 000 levels', method: 'nest', expect: 'any' },
  prints: {
    title: 'every task prints a line, then the pool is closed',
    scenario: 'alike',
    method: 'print',
    prints: Array.from({ length: COUNT }, (_, n) => `<${n}>`),
    only: 'node',
    expect: 'values',
  },
  'inline-this': {
    title: 'function with the `this` of its class, sent as text',
    scenario: 'inline',
    needs: 'inline',
    expect: 'fails',
  },
  'throw-function': { title: 'thrown function', method: 'throwFunction', expect: 'fails' },
  'throw-coded': {
    title: 'thrown RangeError with a `code`',
    method: 'throwCoded',
    sent: 'Coded',
    expect: 'whole',
  },
  'throw-caused': { title: 'thrown Error with a `cause`', method: 'throwCaused', sent: 'Caused', expect: 'whole' },
  'throw-aggregate': {
    title: 'thrown AggregateError',
    method: 'throwAggregate',
    sent: 'Aggregate',
    expect: 'whole',
  },
  'throw-dom': { title: 'thrown DOMException', method: 'throwDom', sent: 'Dom', expect: 'whole' },
  'throw-hostile': {
    title: 'thrown Error with a getter that throws',
    method: 'throwHostile',
    sent: 'Hostile',
    expect: 'whole',
  },
  'throw-dom-coded': {
    title: 'thrown DOMException with a `code` of its own',
    method: 'throwDomCoded',
    sent: 'DomCoded',
    expect: 'whole',
  },
  'throw-fields': {
    title: 'thrown Error whose `errors` are an object by field',
    method: 'throwFields',
    sent: 'Fields',
    expect: 'whole',
  },
  'throw-circular': {
    title: 'thrown AggregateError that is the `cause` of its errors',
    method: 'throwCircular',
    sent: 'Circular',
    expect: 'whole',
  },
  'throw-undefined': {
    title: 'thrown `undefined`',
    method: 'throwUndefined',
    sent: 'Undefined',
    expect: 'whole',
  },
  'throw-null': { title: 'thrown `null`', method: 'throwNull', sent: 'Null', expect: 'whole' },
  'throw-zero': { title: 'thrown `0`', method: 'throwZero', sent: 'Zero', expect: 'whole' },
  'throw-empty': { title: "thrown `''`", method: 'throwEmpty', sent: 'Empty', expect: 'whole' },
  drain: {
    title: '`close({ drain: true })` under a live stream',
    scenario: 'closed',
    method: 'busy',
    settings: { drain: true },
    needs: 'drain',
    expect: 'values',
  },
  'no-drain': {
    title: '`close({ drain: false })` under a live stream',
    scenario: 'closed',
    method: 'busy',
    settings: { drain: false },
    expect: 'any',
  },
  'no-drain-loop': {
    title: '`close({ drain: false })` under endless loops',
    scenario: 'closed',
    method: 'loop',
    settings: { drain: false },
    expect: 'fails',
  },
};
