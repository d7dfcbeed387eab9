/** A real redis-server for specs: on a free port, with a folder of its own, AOF on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

const { locate } = (await import(new URL('../../../scripts/programs.js', import.meta.url).href)) as {
  locate(name: 'redis'): Promise<{ redis: string }>;
};
// Found before any spec runs: to install it takes longer than a spec may.
export const program: string = (await locate('redis')).redis;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export class RedisServer {
  readonly port: number;
  readonly folder: string = mkdtempSync(join(tmpdir(), 'rxjs-parallel-redis-'));
  #process: ChildProcess | undefined;
  #client: Redis | undefined;

  readonly #options: Readonly<Record<string, string>>;

  constructor(port: number, options: Readonly<Record<string, string>> = {}) {
    this.port = port;
    this.#options = options;
    process.on('exit', this.#kill);
  }

  /** `options` as in redis.conf. */
  static async start(options: Readonly<Record<string, string>> = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    await server.start();
    return server;
  }

  get connection(): { host: string; port: number } {
    return { host: '127.0.0.1', port: this.port };
  }

  /** For the spec's own questions. */
  get client(): Redis {
    this.#client ??= new Redis(this.connection).on('error', () => {});
    return this.#client;
  }

  /** Starts it, or starts it again with what it had. */
  async start(): Promise<void> {
    const options = {
      port: this.port,
      bind: '127.0.0.1',
      save: '',
      appendonly: 'yes',
      dir: this.folder,
      ...this.#options,
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    let said = '';
    for await (const text of child.stdout as AsyncIterable<Buffer>) {
      said += text.toString();
      if (!said.includes('Ready to accept connections')) continue;
      child.stdout.on('data', () => {});
      return;
    }
    throw new Error(`redis-server did not start:\n${said}`);
  }

  /** Stops it; what it has is kept. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  /** It is there and answers nothing, until it is resumed. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Stops it for good. */
  async end(): Promise<void> {
    this.#client?.disconnect();
    this.resume();
    await this.stop();
    process.off('exit', this.#kill);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Keys of a queue that are not BullMQ's own for the queue itself: jobs, locks, heartbeats. */
  async remaining(queue: string): Promise<string[]> {
    const own = new Set(
      // meta: settings. id: a counter. events: the event stream. marker: wakes workers. stalled, stalled-check: of
      // the look for stalled jobs.
      ['meta', 'id', 'events', 'marker', 'stalled', 'stalled-check'].map((name) => `bull:${queue}:${name}`),
    );
    const keys = await this.client.keys(`bull:${queue}:*`);
    return keys.filter((key) => !own.has(key)).sort();
  }

  readonly #kill = (): void => {
    this.#process?.kill('SIGKILL');
  };
}
