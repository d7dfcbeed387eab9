/** What differs between hosts, in Node. `#platform` in package.json chooses between this file and its sibling. */
import { availableParallelism } from 'node:os';
import { Worker as NodeWorker, type WorkerOptions as NodeOptions } from 'node:worker_threads';
import type { WorkerConstructor } from './worker.ts';

export const cores: number = availableParallelism();

/** `--input-type` is about the text that was given to `node --eval`; a worker that inherits it refuses its file. */
function inherited(): string[] {
  return process.execArgv.filter((arg, at, all) => !arg.startsWith('--input-type') && all[at - 1] !== '--input-type');
}

class FileWorker extends NodeWorker {
  constructor(url: URL | string, options?: NodeOptions & { type?: string }) {
    const at = typeof url === 'string' && URL.canParse(url) ? new URL(url) : url;
    super(at, { execArgv: inherited(), ...options });
  }
}

export const Worker: WorkerConstructor = FileWorker as never;

/** A worker for an inline function: a file that is told the function's text. */
export function inlineWorker(_source: string): { worker: object; source: string | undefined } {
  return { worker: new FileWorker(new URL('../worker/inline.node.js', import.meta.url)), source: _source };
}

/** Runs `act` once the messages that are already waiting have been received. */
export function afterMessages(act: () => void): void {
  // Timers run before the poll phase, in which messages arrive; immediates run after it.
  setImmediate(act);
}
