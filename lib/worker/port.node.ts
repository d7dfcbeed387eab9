/** How a worker talks to its host, in Node. `#port` in package.json chooses between this file and its sibling. */
import { getEnvironmentData, parentPort, setEnvironmentData } from 'node:worker_threads';
import { MADE } from '../wire.ts';

/**
 * Whether this thread has a host that may want what it exposes: not on the main thread, and not in a thread that others
 * have made for purposes of their own (a test runner's), and which only happens to import a worker's module. A thread that
 * our side made is marked. Any other, of plain threads.js, says nothing; there nobody listens to the host as yet, while
 * who runs modules in a thread of theirs hears by the host's messages which.
 */
export const attached: boolean =
  parentPort !== null && (getEnvironmentData(MADE) !== undefined || parentPort.listenerCount('message') === 0);

// The threads that this one makes inherit it.
setEnvironmentData(MADE, undefined);

/** `unread` hears of each message that cannot be read. */
export function listen(receive: (message: unknown) => void, unread: () => void): void {
  parentPort?.on('message', receive);
  parentPort?.on('messageerror', unread);
}

export function post(message: unknown, transfer: readonly unknown[] = []): void {
  parentPort?.postMessage(message, transfer as never);
}

/** `report` hears at once of errors that nobody catches. */
export function onUncaught(report: (error: unknown) => void): void {
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
}

/** `act` runs last when the worker ends itself. */
export function onExit(act: () => void): void {
  process.on('exit', act);
}

/** Node tells of every end by `exit`. */
export function revealEnd(): void {}
