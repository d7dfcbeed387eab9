// Runs examples/cluster for real: a redis-server, two workers and a producer; one worker is told to end in the middle.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { countPrimes } from '../dist/examples/primes.count.js';
import { RedisServer } from '../dist/spec/support/redis.js';

const SIZE = 40_000;

/** A process of examples/cluster, and what it has printed. */
class Program {
  output = '';
  #child;

  constructor(name, args, env) {
    this.name = name;
    this.#child = spawn(process.execPath, [`dist/examples/cluster/${name}.js`, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (this.output += text));
    this.ended = once(this.#child, 'close').then(([code]) => code);
    process.on('exit', () => this.#child.kill('SIGKILL'));
  }

  /** Resolves when it has printed this. */
  async says(pattern) {
    let over = false;
    void this.ended.then(() => (over = true));
    while (!pattern.test(this.output)) {
      if (over) throw new Error(`${this.name} has ended without ${pattern}:\n${this.output}`);
      await Promise.race([once(this.#child.stdout, 'data'), this.ended]);
    }
  }

  /** How many lines it has printed that begin so. */
  count(start) {
    return this.output.split('\n').filter((line) => line.startsWith(start)).length;
  }

  async end(signal) {
    this.#child.kill(signal);
    const code = await this.ended;
    const completed = Number(/^Ended: (\d+) tasks completed, 0 failed$/m.exec(this.output)?.[1]);
    if (code !== 0 || completed !== this.count('task '))
      throw new Error(`a worker did not end well (${code}):\n${this.output}`);
    return completed;
  }
}

/** Says what was seen. */
export async function cluster() {
  const redis = await RedisServer.start();
  const env = { REDIS_URL: `redis://127.0.0.1:${redis.port}` };
  try {
    const workers = [new Program('worker', [], env), new Program('worker', [], env)];
    await Promise.all(workers.map((worker) => worker.says(/^Serving the queue/m)));
    const producer = new Program('producer', [String(SIZE)], env);
    await workers[0].says(/^task \d+: value/m);
    const before = workers[1].count('task ');
    if (/ primes below /.test(producer.output))
      throw new Error('the producer was done before a worker was told to end');
    const first = await workers[0].end('SIGTERM');
    const code = await producer.ended;
    const second = await workers[1].end('SIGINT');
    const expected = new Intl.NumberFormat('en').format(countPrimes(0, 40 * SIZE));
    if (code !== 0 || !producer.output.includes(`\n${expected} primes below 1,600,000\n`))
      throw new Error(`the producer did not count ${expected} primes (${code}):\n${producer.output}`);
    if (first + second !== 40 || second <= before)
      throw new Error(`40 tasks were ${first} on one worker and ${second} on the other, ${before} while both ran`);
    const left = await redis.left('primes');
    if (left.length > 0) throw new Error(`Redis still holds ${left.join(', ')}`);
    return `${first} tasks on the worker that left, ${second} on the other`;
  } finally {
    await redis.end();
  }
}
