/**
 * The endpoint for a host that is threads.js itself, in Node. `#threadsHost` in package.json selects this file or its sibling.
 *
 * threads.js is loaded with the first call of such a host: our pools never call a worker that way, and loading it would be half of
 * a worker's start time.
 */
import { parentPort } from 'node:worker_threads';
import { announce } from './announce.ts';

type Listener = (message: any) => void;

const CALLS: readonly unknown[] = ['run', 'cancel'];

/** Announces the methods to the host, and answers its calls. */
export function exposeToThreads(methods: Readonly<Record<string, (...args: unknown[]) => unknown>>): void {
  const port = parentPort!;
  const early: unknown[] = [];
  const listen = (message: unknown): void => {
    if (!CALLS.includes((message as { type?: unknown } | null | undefined)?.type)) return;
    early.push(message);
    if (early.length === 1) void handOver();
  };
  const handOver = async (): Promise<void> => {
    const { expose } = await import('./threads.ts');
    const added: Listener[] = [];
    // A port does not list its listeners: that of threads.js is recorded as it is added.
    const on = port.on.bind(port) as (event: string, listener: Listener) => typeof port;
    port.on = (event: string, listener: Listener) => {
      added.push(listener);
      return on(event, listener);
    };
    expose(methods);
    Reflect.deleteProperty(port, 'on');
    port.off('message', listen);
    for (const message of early) for (const receive of added) receive(message);
  };
  port.on('message', listen);
  announce(methods);
}
