/** A worker whose next reply is not what it should be. */
import { parentPort } from 'node:worker_threads';
import { expose } from '../../lib/worker/index.ts';
import { BEGIN, REPLY, UNCAUGHT } from '../../lib/wire.ts';

type Message = Record<string, unknown>;
const port = parentPort!;
const post = port.postMessage.bind(port);

const round: Message = { kind: 'graph', errors: [], marks: [] };
round['value'] = round;
let deep: unknown = {};
for (let n = 0; n < 900; n++) deep = [deep];
const graph = (over: Message): Message => ({
  kind: 'graph',
  value: {},
  errors: [{ name: 'Error', message: '', stack: '', of: 'Error', ours: false, own: [], ...over }],
  marks: [],
});
const thrown = (reply: Message, value: unknown): Message => ({ ...reply, values: [value], failed: [0] });

/** What is posted in the place of a reply. */
const forgeries: Record<string, (reply: Message) => unknown[]> = {
  'from far away': (reply) => [{ ...reply, from: 1e9 }],
  'from before': (reply) => [{ ...reply, from: -1 }],
  'from no number': (reply) => [{ ...reply, from: '0' }],
  'from within': (reply) => [{ ...reply, from: 0.5 }],
  'no values': (reply) => [{ ...reply, values: undefined }],
  'values of another kind': (reply) => [{ ...reply, values: { length: 1, 0: 'wrong' } }],
  'a text for values': (reply) => [{ ...reply, values: 'w' }],
  'too many values': (reply) => [{ ...reply, values: Array.from({ length: 5000 }, () => 'wrong') }],
  'too few values': (reply) => [{ ...reply, values: [], last: true }],
  'an unknown batch': (reply) => [{ ...reply, id: 1e9 }, reply],
  'no batch': (reply) => [{ ...reply, id: undefined }, reply],
  'sent twice': (reply) => [reply, reply],
  'sent twice, as not the last': (reply) => [{ ...reply, last: false }, reply],
  'sent many times': (reply) => Array.from({ length: 50 }, () => reply),
  'failed beyond the values': (reply) => [{ ...reply, failed: [7000] }],
  'failed at no place': (reply) => [{ ...reply, failed: [NaN, 'x'] }],
  'failed is no list': (reply) => [{ ...reply, failed: 5 }],
  'a value for what was thrown': (reply) => [thrown(reply, 5)],
  'nothing for what was thrown': (reply) => [thrown(reply, null)],
  'a kind that is none': (reply) => [thrown(reply, { kind: 'x' })],
  'a graph without anything': (reply) => [thrown(reply, { kind: 'graph' })],
  'a graph of itself': (reply) => [thrown(reply, round)],
  'a graph with deep properties': (reply) => [thrown(reply, graph({ own: [['a', deep, true, true]] }))],
  'a graph with odd properties': (reply) => [thrown(reply, graph({ own: [null, 5, ['__proto__', {}, 1, 1]] }))],
  'an error of odd parts': (reply) => [thrown(reply, graph({ name: {}, message: null, of: 7, stack: [] }))],
  'no time': (reply) => [{ ...reply, ms: undefined, packing: undefined }],
  'odd times': (reply) => [{ ...reply, ms: NaN, times: [NaN] }],
  'no times': (reply) => [{ ...reply, times: undefined }],
  'a beginning that is none': (reply) => [
    { type: BEGIN, id: reply['id'], offset: 1e9, time: 0 },
    { type: BEGIN, id: reply['id'], offset: 'x', time: 'y' },
    reply,
  ],
  'an uncaught error that is none': () => [{ type: UNCAUGHT, error: null }],
  'odd types': (reply) => [undefined, null, 0, '', [], { type: {} }, { type: 'init', exposed: 5 }, reply],
  'what threads.js says': (reply) => [
    { type: 'result', uid: 1 },
    { type: 'error', uid: 1, error: null },
    { type: 'running' },
    reply,
  ],
  'an uncaught error of threads.js that is none': (reply) => [{ type: 'uncaughtError' }, reply],
};
export const names: readonly string[] = Object.keys(forgeries);

const junk: readonly unknown[] = [undefined, null, NaN, -1, 1e9, 0.5, 'x', true, {}, [], [[]], new Map(), deep, round];

/** A reply in which some parts are others, as `seed` has it. */
function random(reply: Message, seed: number): unknown[] {
  let state = seed;
  const pick = <T>(list: readonly T[]): T => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return list[(state >> 8) % list.length]!;
  };
  const odd: Message = { ...reply };
  // Without its type it is no reply, and the worker one that is silent; with other values it lies.
  const keys = Object.keys(reply).filter((key) => key !== 'type' && key !== 'values');
  for (let n = 0; n <= seed % 3; n++) odd[pick(keys)] = pick(junk);
  return pick([[odd], [odd, reply], [reply, odd]]);
}

let forge: ((reply: Message) => unknown[]) | undefined;
port.postMessage = (message: unknown, transfer?: readonly unknown[]): void => {
  const present = forge;
  if (present === undefined || (message as Message)['type'] !== REPLY) return post(message, transfer as never);
  const { values } = message as { values: readonly unknown[] };
  if (values[0] === 'armed') return post(message);
  forge = undefined;
  for (const each of present(message as Message)) post(each);
};

const api = {
  /** The reply after this one is `how`: a name, or random. */
  arm(how: string | number): string {
    forge = typeof how === 'string' ? forgeries[how]! : (reply) => random(reply, how);
    return 'armed';
  },
  double: (n: number): number => 2 * n,
  names: (): readonly string[] => names,
};
export type Forger = typeof api;
expose(api);
