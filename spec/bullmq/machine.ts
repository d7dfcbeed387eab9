/** A machine as the specs on Redis see it: a process of its own that serves a queue, and can be killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ServeOptions } from 'rxjs-parallel/bullmq';
import type { Said } from './deeds.ts';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs a module beside this one in a process of its own. */
export function run(module: string, settings: unknown): ChildProcess {
  const file = fileURLToPath(new URL(`./${module}.process.js`, import.meta.url));
  const child = fork(file, [JSON.stringify(settings)]);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

export class Machine {
  readonly #process: ChildProcess;
  readonly #said: Said[] = [];
  #heard: (() => void)[] = [];

  private constructor(size: number, options: ServeOptions) {
    this.#process = run('machine', { size, options });
    this.#process.on('message', (message) => {
      if (message !== 'ready') this.#said.push(message as Said);
      for (const hear of this.#heard.splice(0)) hear();
    });
  }

  /** Starts one of `size` workers; resolves when it takes jobs. */
  static async start(size: number, options: ServeOptions): Promise<Machine> {
    const machine = new Machine(size, options);
    await once(machine.#process, 'message');
    return machine;
  }

  /** The numbers of the tasks that said so, in order. */
  said(what: Said['what']): number[] {
    return this.#said.filter((each) => each.what === what).map(({ n }) => n);
  }

  /** Resolves when so many tasks have said so. */
  async hears(what: Said['what'], count: number): Promise<number[]> {
    while (this.said(what).length < count) await new Promise<void>((resolve) => this.#heard.push(resolve));
    return this.said(what);
  }

  /** Tells those tasks that wait for it to end. */
  tell(): void {
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
