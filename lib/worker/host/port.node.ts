/** The port of a worker to its host, in Node. `#port` in package.json selects this file or `port.browser.ts`. */
import { getEnvironmentData, parentPort, setEnvironmentData } from 'node:worker_threads';
import { text } from '../../protocol/thrown.ts';
import { MADE } from '../../protocol/messages.ts';
import { sendPrinted, watchPrinted } from './output.node.ts';

/**
 * Whether this thread may have a host for what it exposes: false on the main thread, and in threads of other libraries (a test
 * runner) that only happen to import a worker's module. A thread made for one of our pools is marked. One of plain threads.js is
 * not, but then nothing listens to its port yet; other libraries listen there, to learn which module to run.
 */
export const attached: boolean =
  parentPort !== null && (getEnvironmentData(MADE) !== undefined || parentPort.listenerCount('message') === 0);

// Otherwise the threads that this one makes would inherit the mark.
setEnvironmentData(MADE, undefined);

/** `unread` is called for each message that cannot be read. */
export function listen(receive: (message: unknown) => void, unread: () => void): void {
  parentPort?.on('message', receive);
  watchPrinted();
  parentPort?.on('messageerror', unread);
}

export function post(message: unknown, transfer: readonly unknown[] = []): void {
  sendPrinted();
  parentPort?.postMessage(message, transfer as never);
}

/** Node's default mode. Node itself handles the others, of which only `strict` ends a thread, by an uncaught exception. */
const THROW = 'throw';

function rejections(): string {
  const given = `${process.env['NODE_OPTIONS'] ?? ''} ${process.execArgv.join(' ')}`;
  return [...given.matchAll(/--unhandled[-_]rejections[= ](\S+)/g)].at(-1)?.[1] ?? THROW;
}

/** Calls `report` with each uncaught error by which Node would end the thread. */
export function onUncaught(report: (error: unknown) => void): void {
  const reportBoth = (error: unknown): void => {
    report(error);
    // The same in the form that a host of threads.js reads.
    const { message, name, stack } = error instanceof Error ? error : new Error(text(error));
    post({ type: 'uncaughtError', error: { __error_marker: '$$error', message, name, stack } });
  };
  // First, so that a `once` listener still counts.
  process.prependListener('uncaughtException', (error) => {
    if (process.listenerCount('uncaughtException') === 1) reportBoth(error);
  });
  if (rejections() !== THROW) return;
  process.prependListener('unhandledRejection', (reason) => {
    if (process.listenerCount('unhandledRejection') > 1) return;
    // As Node does without listeners to rejections, but with the reason as it is.
    if (process.hasUncaughtExceptionCaptureCallback?.()) throw reason;
    if (process.listenerCount('uncaughtException') === 1) return reportBoth(reason);
    const error = reason instanceof Error ? reason : new Error(`Unhandled promise rejection: ${text(reason)}`);
    (process as NodeJS.EventEmitter).emit('uncaughtException', error, 'unhandledRejection');
  });
}

/** Nothing to do: later listeners to errors are found by their count. */
export function listenLast(): void {}

/** Lets the thread exit when nothing keeps it alive; the host gets an event. */
export function endByItself(): void {
  parentPort?.unref();
}

/** Runs `act` when the worker exits. */
export function onExit(act: () => void): void {
  process.on('exit', act);
}

/** Nothing to do: in Node every end is an `exit` event. */
export function revealEnd(): void {}
