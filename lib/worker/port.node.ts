/** How a worker talks to its host, in Node. `#port` in package.json chooses between this file and its sibling. */
import { parentPort } from 'node:worker_threads';

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
  if (parentPort === null) return;
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
}

/** `act` runs last when the worker ends itself. */
export function onExit(act: () => void): void {
  if (parentPort !== null) process.on('exit', act);
}

/** Node tells of every end by `exit`. */
export function revealEnd(): void {}
