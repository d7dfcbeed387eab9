// Runs examples/cluster for real: a redis-server, two workers and a producer; one worker is told to end in the middle.
// Then the other and a third, on a database of its own, are the shards of one stream.
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
  const urls = [0, 1].map((database) => `redis://127.0.0.1:${redis.port}/${database}`);
  const [env, other] = urls.map((url) => ({ REDIS_URL: url }));
  try {
    const workers = [env, env, other].map((each) => new Program('worker', [], each));
    await Promise.all(workers.map((worker) => worker.says(/^Serving the queue/m)));
    const producer = new Program('producer', [String(SIZE)], env);
    // Who has done the first task is told to end: then much is left for the other.
    const [leaver, stayer] = await Promise.race([
      workers[0].says(/^task \d+: value/m).then(() => [workers[0], workers[1]]),
      workers[1].says(/^task \d+: value/m).then(() => [workers[1], workers[0]]),
    ]);
    const before = stayer.count('task ');
    if (/ primes below /.test(producer.output))
      throw new Error('the producer was done before a worker was told to end');
    const first = await leaver.end('SIGTERM');
    const code = await producer.ended;
    const second = stayer.count('task ');
    const primes = countPrimes(0, 40 * SIZE);
    const expected = new Intl.NumberFormat('en').format(primes);
    if (code !== 0 || !producer.output.includes(`\n${expected} primes below 1,600,000\n`))
      throw new Error(`the producer did not count ${expected} primes (${code}):\n${producer.output}`);
    if (first + second !== 40 || second <= before)
      throw new Error(`40 tasks were ${first} on one worker and ${second} on the other, ${before} while both ran`);
    const shards = new Program('shards', urls, {});
    if ((await shards.ended) !== 0 || shards.output !== `${primes} primes below ${40 * SIZE}\n`)
      throw new Error(`shards did not count ${primes} primes:\n${shards.output}`);
    const each = [(await stayer.end('SIGINT')) - second, await workers[2].end('SIGTERM')];
    if (each.join() !== '20,20') throw new Error(`of 40 tasks the shards had ${each.join(' and ')}`);
    const remaining = await redis.remaining('primes');
    if (remaining.length > 0) throw new Error(`Redis still holds ${remaining.join(', ')}`);
    return `${first} tasks on the worker that left, ${second} on the other`;
  } finally {
    await redis.end();
  }
}
