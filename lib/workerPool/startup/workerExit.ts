/** Why a worker is gone, as each host and its own messages tell it. */
import { remoteError } from '../../protocol/remoteError.ts';
import { UNCAUGHT } from '../../protocol/messages.ts';
import { type Thrown, text } from '../../protocol/thrown.ts';
import { plainError } from '../../threadsjs/plainWorker.ts';

export interface WorkerExit {
  readonly why: string;
  /** An array, so that a `cause` of undefined is one too. */
  readonly cause?: readonly [unknown];
  readonly exitCode?: number | undefined;
  /** Whether it was running when it exited: one that is terminated before has the code of those that end by themselves. */
  readonly ran?: boolean;
}

/** In Node: `cause` is what the `error` event before has told. */
export function nodeExit(exitCode: number, ran: boolean, cause: readonly [unknown] | undefined): WorkerExit {
  return cause === undefined
    ? { why: `exited with code ${exitCode}`, exitCode, ran }
    : { why: `ended by an uncaught error (${text(cause[0])})`, exitCode, cause };
}

/** What an `error` event tells in a page, of the types that a browser may leave out. */
export interface PageError {
  readonly message?: string;
  readonly error?: unknown;
  readonly filename?: string;
  readonly lineno?: number;
  preventDefault?(): void;
}

/** In a page: `unloaded` says what to look at where the browser gives no reason, because it could not load the worker. */
export function pageExit({ error, filename = '', lineno, message = '' }: PageError, unloaded: string): WorkerExit {
  const cause = error ?? (message === '' ? undefined : new Error(message));
  if (cause === undefined) return { why: `could not be loaded (${unloaded})` };
  // All that a page knows of where its worker's module is; the text of an inline one has no place.
  const at = /^(?:$|blob:|data:)/.test(filename) ? '' : ` at ${filename}:${lineno}`;
  return { why: `ended by an uncaught error (${text(cause)}${at})`, cause: [cause] };
}

/**
 * The exit that a message tells of: an error that nobody caught in the worker, as we report it, or threads.js in one that is
 * not known to be `ours`. In ours it reports those, too, that the program deals with.
 */
export function uncaught(
  message: { readonly type?: unknown; readonly error?: unknown } | null | undefined,
  ours: boolean = false,
): WorkerExit | undefined {
  if (message?.type !== UNCAUGHT && (ours || message?.type !== 'uncaughtError')) return undefined;
  const cause = message.type === UNCAUGHT ? remoteError(message.error as Thrown) : plainError(message.error);
  return { why: `ended by an uncaught error (${text(cause)})`, cause: [cause] };
}
