/**
 * The messages between the host and a worker. Imports only types, as both sides load it.
 *
 * They share a port with the messages of threads.js, which ignores unknown types.
 */
import type { Thrown } from './thrown.ts';

/** The method that marks a worker of ours among the methods that it exposes to threads.js. */
export const MARK = 'rxjs-parallel';

/** The only method of a worker for an inline function; named `rxjs-parallel:` like all our frames below a task's own. */
export const INLINE = 'rxjs-parallel:inline';

/** The key of the environment data that marks a thread as made for a pool of ours. */
export const MADE = 'rxjs-parallel:made';

export const INIT = 'rxjs-parallel:open';
export const RUN = 'rxjs-parallel:run';
export const CANCEL = 'rxjs-parallel:cut';
export const FUNCTION = 'rxjs-parallel:setup';
export const REPLY = 'rxjs-parallel:reply';
export const BEGIN = 'rxjs-parallel:begin';
export const ASK = 'rxjs-parallel:ask';
export const REPORT = 'rxjs-parallel:report';
export const CHUNK = 'rxjs-parallel:chunk';
export const CREDIT = 'rxjs-parallel:credit';
export const UNREAD = 'rxjs-parallel:unread';
export const HOOKS = 'rxjs-parallel:hooks';
export const PREPARE = 'rxjs-parallel:prepare';
export const PREPARED = 'rxjs-parallel:prepared';
export const TORN_DOWN = 'rxjs-parallel:torn-down';
export const END = 'rxjs-parallel:end';
export const UNCAUGHT = 'rxjs-parallel:uncaught';
export const LOCK = 'rxjs-parallel:lock';

/** The first message to a worker: the shared cells, where memory can be shared. */
export interface InitMessage {
  readonly type: typeof INIT;
  readonly cells: Int32Array | undefined;
}

/** The first message to an inline worker. `source` is absent where the function is part of the worker's text. */
export interface FunctionMessage {
  readonly type: typeof FUNCTION;
  readonly source: string | undefined;
  /** The text of the stream's `setup`, if there is one and it is not part of the worker's text. */
  readonly setup?: string | undefined;
  /** Why the function cannot run in a worker: every task fails with this text. */
  readonly problem: string | undefined;
  readonly context: unknown;
}

/** A batch, in columns: one entry where all tasks agree, else one entry for each task. */
export interface RunMessage {
  readonly type: typeof RUN;
  readonly id: number;
  /** The index of the batch's cell in the shared memory (`batchCell.ts`); -1: none. */
  readonly cellIndex: number;
  readonly count: number;
  readonly method: string | readonly string[];
  readonly arity: number | readonly number[];
  /** The arguments of all calls, one after another. */
  readonly args: readonly unknown[] | Float64Array;
  /** The number of the first value where they are consecutive, else of each. */
  readonly index: number | readonly number[];
  /** The result of the pool's `carry` for each task, if there is any. */
  readonly carried?: readonly unknown[] | undefined;
  /** Whether the start and end time of each task are wanted. */
  readonly timed: boolean;
  /** Whether reports of the tasks are wanted. */
  readonly reports: boolean;
  /** Where its only task gives many values: how many of them may wait to be emitted. */
  readonly buffer?: number | undefined;
}

/** The tasks of a batch from the offset `end` on are cancelled. */
export interface CancelMessage {
  readonly type: typeof CANCEL;
  readonly id: number;
  readonly end: number;
  /** Whether the reason is that the time of its only task is up. */
  readonly late: boolean;
}

/** The only task of a batch has asked for its signal: sent where memory is not shared. */
export interface AskMessage {
  readonly type: typeof ASK;
  readonly id: number;
}

/** A task has begun: sent for the first batch where memory is not shared, and, where times are wanted, at most every 5 ms. */
export interface BeginMessage {
  readonly type: typeof BEGIN;
  readonly id: number;
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** A report of a running task. */
export interface ReportMessage {
  readonly type: typeof REPORT;
  readonly id: number;
  readonly offset: number;
  /** When the task began, if times are wanted, and when it reported: ms since the epoch. */
  readonly began: number;
  readonly time: number;
  /** A `Thrown` if the value holds errors, which `held` says. */
  readonly value: unknown;
  readonly held: boolean;
}

/** Values of the only task of a batch, which is still running. */
export interface ChunkMessage {
  readonly type: typeof CHUNK;
  readonly id: number;
  /** How many of the task's values were sent before. */
  readonly from: number;
  readonly values: readonly unknown[];
  /** Which of them hold errors: positions in `values`, whose entries are then `Thrown`. */
  readonly held: readonly number[];
}

/** `count` values of a task have been emitted: as many more may be sent. */
export interface CreditMessage {
  readonly type: typeof CREDIT;
  readonly id: number;
  readonly count: number;
}

/** To the sender of a message that could not be read (nested too deep for the reader's stack, say). */
export interface UnreadMessage {
  readonly type: typeof UNREAD;
  /**
   * From a worker: the last batch that it has read. To a worker: a batch whose outcomes may have been in the unread message; if it
   * is over, the worker repeats that.
   */
  readonly id: number;
}

/** Outcomes of a batch: of all its tasks, or of the next part of them. */
export interface ReplyMessage {
  readonly type: typeof REPLY;
  readonly id: number;
  /** The offset of the first outcome in its batch. Outcomes before it that have not come could not be read. */
  readonly from: number;
  readonly values: readonly unknown[] | Float64Array;
  /** Which of `values` are failures: positions in `values`, whose entries are then `Thrown`. */
  readonly failed?: readonly number[] | undefined;
  /** Which of `values` are results that hold errors: positions in `values`, whose entries are then `Thrown`. */
  readonly held?: readonly number[] | undefined;
  /** Milliseconds for which these tasks ran in the worker. */
  readonly ms: number;
  /** Whether the batch is over: tasks without an outcome by now have not run. */
  readonly last: boolean;
  /** Milliseconds that sending the previous reply took. */
  readonly packing: number;
  /** Start and end of each task, in ms since the epoch, if they were wanted. */
  readonly times?: Float64Array | undefined;
}

/** From a worker, before the message with its methods: which hooks it has. */
export interface HooksMessage {
  readonly type: typeof HOOKS;
  readonly setup: boolean;
  readonly teardown: boolean;
}

/** To a worker before its first task: run the setup with the pool's data, and then these calls. */
export interface PrepareMessage {
  readonly type: typeof PREPARE;
  readonly data: unknown;
  readonly calls: readonly { readonly method: string; readonly args: readonly unknown[] }[];
}

/** The setup and the calls of `PrepareMessage` have ended; `error`: what they have failed with. */
export interface PreparedMessage {
  readonly type: typeof PREPARED;
  readonly error: Thrown | undefined;
}

/** The teardown has ended; `error`: what it has failed with. */
export interface TornDownMessage {
  readonly type: typeof TORN_DOWN;
  readonly error: Thrown | undefined;
}

/** To an idle worker: exit once everything that was printed, and the files that are being written, are complete. */
export interface EndMessage {
  readonly type: typeof END;
}

/** An uncaught error in the worker. */
export interface UncaughtMessage {
  readonly type: typeof UNCAUGHT;
  readonly error: Thrown;
}

/** About the lock that a worker in a page holds while it lives: first that it requests one, then whether it has it. */
export interface LockMessage {
  readonly type: typeof LOCK;
  /** Undefined while the request is pending, and where it was refused. */
  readonly name: string | undefined;
  readonly decided: boolean;
}
