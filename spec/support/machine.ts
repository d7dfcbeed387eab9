/** Machines as the specs on Redis see them: what serves a queue, says what its tasks do, and can be ended. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker, workerPool } from '../../lib/index.ts';
import { type ServeOptions, serve } from '../../lib/bullmq/index.ts';
import { RELEASE, SAID, type Said } from './deeds.ts';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs a module beside this one in a process of its own. */
export function run(module: string, settings: unknown): ChildProcess {
  const file = fileURLToPath(new URL(`../fixtures/${module}.process.js`, import.meta.url));
  const child = fork(file, [JSON.stringify(settings)]);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

abstract class Machine {
  readonly #said: Said[] = [];
  #heard: (() => void)[] = [];

  /** Ends the tasks that wait for this (`untilReleased`). */
  abstract release(): void;

  protected hear(said: Said): void {
    this.#said.push(said);
    for (const hear of this.#heard.splice(0)) hear();
  }

  /** The numbers of the tasks that said so, sorted. */
  said(what: Said['what']): number[] {
    const found = this.#said.filter((each) => each.what === what);
    return found.map(({ n }) => n).sort((a, b) => a - b);
  }

  /** Resolves when `count` tasks have said so. */
  async hears(what: Said['what'], count: number): Promise<number[]> {
    while (this.said(what).length < count) await new Promise<void>((resolve) => this.#heard.push(resolve));
    return this.said(what);
  }
}

/** One whose workers are threads of this process: starts in a tenth of the time. */
export class Here extends Machine {
  readonly #pool;
  readonly #server;
  readonly #channel = new BroadcastChannel(SAID);

  constructor(size: number, options: ServeOptions) {
    super();
    this.#channel.onmessage = (event) => this.hear((event as MessageEvent<Said>).data);
    this.#pool = workerPool(
      () => new Worker(new URL('../fixtures/deeds.worker.js', import.meta.url), { type: 'module' }),
      size,
    );
    this.#server = serve(this.#pool, options);
  }

  release(): void {
    const channel = new BroadcastChannel(RELEASE);
    channel.postMessage('go');
    channel.close();
  }

  /** Finishes what it runs. */
  async close(): Promise<void> {
    await this.#server.close();
    await this.end();
  }

  async end(): Promise<void> {
    await this.#pool.close({ drain: false });
    await this.#server.close();
    this.#channel.close();
  }
}

/** One that is a process of its own, and can be killed. */
export class Elsewhere extends Machine {
  readonly #process: ChildProcess;

  private constructor(size: number, options: ServeOptions) {
    super();
    this.#process = run('machine', { size, options });
    this.#process.on('message', (message) => message !== 'ready' && this.hear(message as Said));
  }

  /** Starts one of `size` workers; resolves when it takes jobs. */
  static async start(size: number, options: ServeOptions): Promise<Elsewhere> {
    const machine = new Elsewhere(size, options);
    await once(machine.#process, 'message');
    return machine;
  }

  release(): void {
    this.#process.send('go');
  }

  /** Resolves when it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
}
