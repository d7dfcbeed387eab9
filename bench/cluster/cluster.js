/** A Redis, machines and a producer, each in a process of its own; what a stream over them costs. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RedisServer } from '../../dist/spec/support/redis.js';
import { Check, difference } from '../check.js';

const fileOf = (name) => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** Milliseconds that a stream may take; then the bench fails. */
const LIMIT = 120_000;

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Cluster {
  #redis;
  /** Machines that serve nothing. */
  #idle = [];
  #steps;
  #queues = 0;

  static async start(steps) {
    const cluster = new Cluster();
    cluster.#redis = await RedisServer.start();
    cluster.#steps = steps;
    return cluster;
  }

  get client() {
    return this.#redis.client;
  }

  queueOf(way, options = {}) {
    return { way, queue: `bench-${this.#queues++}`, connection: this.#redis.connection, ...options };
  }

  /** A machine that serves a queue; `stop` gives what its main thread has used, in ms. */
  async machine(what) {
    const machine = this.#idle.pop() ?? this.#fork('machine');
    await ask(machine, what);
    return {
      stop: async () => {
        const { main } = await ask(machine, 'stop');
        this.#idle.push(machine);
        return main;
      },
      /** Ends it as a power cut does. */
      kill: () => machine.kill('SIGKILL'),
    };
  }

  /** Several; gives what stops them all. */
  async serve(count, what) {
    const machines = await Promise.all(Array.from({ length: count }, () => this.machine(what)));
    return async () => {
      const used = await Promise.all(machines.map(({ stop }) => stop()));
      return used.reduce((sum, main) => sum + main);
    };
  }

  /** `count` values through `machines`. Times are in ms of the whole, `redis` is what Redis did for it. */
  async stream({ way, machines, task, count, warmUp, options, concurrency }) {
    const what = this.queueOf(way === 'ours' ? 'ours' : 'byHand', { concurrency });
    const stop = await this.serve(machines, what);
    const producer = this.#fork('producer', JSON.stringify({ ...what, way, task, count, warmUp, options }));
    await answer(producer);
    const before = await this.load();
    const late = setTimeout(() => producer.kill('SIGKILL'), LIMIT);
    const { ms, cpu, check } = await ask(producer, 'go');
    clearTimeout(late);
    const redis = between(before, await this.load());
    producer.send('end');
    const main = await stop();
    await this.client.flushall();
    const expected = new Check();
    for (let n = 0; n < count; n++) expected.add(n + 1);
    const wrong = difference(check, expected, true);
    if (wrong !== undefined) throw new Error(`${way}, ${task}: ${wrong}`);
    return { ms, cpu, main, redis };
  }

  /** What Redis has done so far. */
  async load() {
    const text = await this.client.info('everything');
    const number = (name) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1] ?? 0);
    return {
      commands: number('total_commands_processed'),
      bytesIn: number('total_net_input_bytes'),
      bytesOut: number('total_net_output_bytes'),
      // Of the thread that serves clients: it is the limit.
      cpu: (number('used_cpu_user_main_thread') + number('used_cpu_sys_main_thread')) * 1000,
      published: Number(/^cmdstat_publish:calls=(\d+)/m.exec(text)?.[1] ?? 0),
    };
  }

  async end() {
    for (const machine of this.#idle) machine.disconnect();
    await this.#redis.end();
  }

  #fork(name, ...args) {
    const child = fork(fileOf(name), args, { env: { ...process.env, BENCH_STEPS_PER_US: String(this.#steps) } });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  }
}

export function between(before, after) {
  return Object.fromEntries(Object.keys(before).map((name) => [name, after[name] - before[name]]));
}

function ask(child, message) {
  const answered = answer(child);
  child.send(message);
  return answered;
}

/** What a process says next. */
function answer(child) {
  return new Promise((resolve, reject) => {
    const gone = (code) => reject(new Error(`a process of the bench has ended with ${code ?? 'a signal'}`));
    child.once('exit', gone);
    child.once('message', (message) => {
      child.off('exit', gone);
      resolve(message);
    });
  });
}
