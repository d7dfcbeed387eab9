/** How a worker talks to its host, in Node. `#port` in package.json chooses between this file and its sibling. */
import { getEnvironmentData, parentPort, setEnvironmentData } from 'node:worker_threads';
import { text } from '../../protocol/thrown.ts';
import { MADE } from '../../protocol/messages.ts';
import { sendPrinted, watchPrinted } from './output.node.ts';

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
  watchPrinted();
  parentPort?.on('messageerror', unread);
}

export function post(message: unknown, transfer: readonly unknown[] = []): void {
  sendPrinted();
  parentPort?.postMessage(message, transfer as never);
}

/** Node's default: any other mode is for Node to follow, and only `strict` ends anything, by an uncaught exception. */
const THROW = 'throw';

function rejections(): string {
  const given = `${process.env['NODE_OPTIONS'] ?? ''} ${process.execArgv.join(' ')}`;
  return [...given.matchAll(/--unhandled[-_]rejections[= ](\S+)/g)].at(-1)?.[1] ?? THROW;
}

/** `report` hears at once of errors that nobody catches: of those by which Node would end the thread. */
export function onUncaught(report: (error: unknown) => void): void {
  const reportBoth = (error: unknown): void => {
    report(error);
    // For a host that is threads.js.
    const { message, name, stack } = error instanceof Error ? error : new Error(text(error));
    post({ type: 'uncaughtError', error: { __error_marker: '$$error', message, name, stack } });
  };
  // First, so that a handler that is there once counts.
  process.prependListener('uncaughtException', (error) => {
    if (process.listenerCount('uncaughtException') === 1) reportBoth(error);
  });
  if (rejections() !== THROW) return;
  process.prependListener('unhandledRejection', (reason) => {
    if (process.listenerCount('unhandledRejection') > 1) return;
    // What Node does where nobody listens to rejections, with the reason as it is.
    if (process.hasUncaughtExceptionCaptureCallback?.()) throw reason;
    if (process.listenerCount('uncaughtException') === 1) return reportBoth(reason);
    const error = reason instanceof Error ? reason : new Error(`Unhandled promise rejection: ${text(reason)}`);
    (process as NodeJS.EventEmitter).emit('uncaughtException', error, 'unhandledRejection');
  });
}

/** Those who listen to errors later than this are not heard: they come first. Node asks who listens. */
export function listenLast(): void {}

/** The thread ends when it has nothing left to do; the host hears when that is. */
export function endByItself(): void {
  parentPort?.unref();
}

/** `act` runs last when the worker ends itself. */
export function onExit(act: () => void): void {
  process.on('exit', act);
}

/** Node tells of every end by `exit`. */
export function revealEnd(): void {}
