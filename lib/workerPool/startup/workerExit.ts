/** The exit of a worker: why it has ended, by the events of each host and by its own messages. */
import { remoteError } from '../../protocol/remoteError.ts';
import { UNCAUGHT } from '../../protocol/messages.ts';
import { type Thrown, text } from '../../protocol/thrown.ts';
import { plainError } from '../../threadsjs/plainWorker.ts';

export interface WorkerExit {
  readonly why: string;
  /** What was thrown; an array, since undefined may be thrown. */
  readonly cause?: readonly [unknown];
  readonly exitCode?: number | undefined;
  /** Whether the thread had come online: one that is terminated before that has the code of a thread that ends by itself. */
  readonly ran?: boolean;
}

/** An exit in Node; `cause`: the error of the `error` event before it, if there was one. */
export function nodeExit(exitCode: number, ran: boolean, cause: readonly [unknown] | undefined): WorkerExit {
  return cause === undefined
    ? { why: `exited with code ${exitCode}`, exitCode, ran }
    : { why: `ended by an uncaught error (${text(cause[0])})`, exitCode, cause };
}

/** The `error` event of a worker in a page; browsers leave some fields out. */
export interface PageError {
  readonly message?: string;
  readonly error?: unknown;
  readonly filename?: string;
  readonly lineno?: number;
  preventDefault?(): void;
}

/** An exit in a page; `unloaded`: a hint where the worker could not be loaded, for which browsers give no reason. */
export function pageExit({ error, filename = '', lineno, message = '' }: PageError, unloaded: string): WorkerExit {
  const cause = error ?? (message === '' ? undefined : new Error(message));
  if (cause === undefined) return { why: `could not be loaded (${unloaded})` };
  // A page has no other way to know the worker's module; an inline one has none.
  const at = /^(?:$|blob:|data:)/.test(filename) ? '' : ` at ${filename}:${lineno}`;
  return { why: `ended by an uncaught error (${text(cause)}${at})`, cause: [cause] };
}

/**
 * The exit in a message about an uncaught error in the worker: in our message, or in that of threads.js unless the worker is
 * known to be `ours`, in which threads.js reports errors that the program handles, too.
 */
export function uncaught(
  message: { readonly type?: unknown; readonly error?: unknown } | null | undefined,
  ours: boolean = false,
): WorkerExit | undefined {
  if (message?.type !== UNCAUGHT && (ours || message?.type !== 'uncaughtError')) return undefined;
  const cause = message.type === UNCAUGHT ? remoteError(message.error as Thrown) : plainError(message.error);
  return { why: `ended by an uncaught error (${text(cause)})`, cause: [cause] };
}
