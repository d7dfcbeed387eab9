/**
 * What crosses between the host and a worker. Imports nothing: both sides stand on it.
 *
 * Our messages travel beside those of threads.js, which ignores types that it does not know.
 */
import type { Thrown } from './thrown.ts';

/** The method that marks a worker of ours among the methods that it exposes to threads.js. */
export const MARK = 'rxjs-parallel';

/** The one method of a worker for an inline function. As all our frames below a task's are, it is named `rxjs-parallel:`. */
export const INLINE = 'rxjs-parallel:inline';

/** What a thread that we have made finds among the data of its environment: only then is `expose` for us. */
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

/** First message to a worker: the cells that both sides see, where memory can be shared. */
export interface InitMessage {
  readonly type: typeof INIT;
  readonly cells: Int32Array | undefined;
}

/** First message to an inline worker. `source` is absent where the worker's own text holds the function. */
export interface FunctionMessage {
  readonly type: typeof FUNCTION;
  readonly source: string | undefined;
  /** The text of the stream's `setup`, where there is one and the worker's own text does not hold it. */
  readonly setup?: string | undefined;
  /** Why the function cannot run here: every task fails with that. */
  readonly problem: string | undefined;
  readonly context: unknown;
}

/** A batch of calls, in columns: one entry where all tasks agree, else an entry a task. */
export interface RunMessage {
  readonly type: typeof RUN;
  readonly id: number;
  /** Which cell of the shared memory is this batch's (`protocol/batchCell.ts`); -1: none. */
  readonly cellIndex: number;
  readonly count: number;
  readonly method: string | readonly string[];
  readonly arity: number | readonly number[];
  /** The arguments of all calls, one after another. */
  readonly args: readonly unknown[] | Float64Array;
  /** The number of the first value where they follow one another, else of each. */
  readonly index: number | readonly number[];
  /** What the pool's `carry` has given for each task, where it has given any. */
  readonly carried?: readonly unknown[] | undefined;
  /** Whether each task's start and end are wanted. */
  readonly timed: boolean;
  /** Whether what tasks report is wanted. */
  readonly reports: boolean;
  /** Where its one task gives many values: how many of them may be on their way. */
  readonly buffer?: number | undefined;
}

/** From this offset on the batch is cancelled. */
export interface CancelMessage {
  readonly type: typeof CANCEL;
  readonly id: number;
  readonly end: number;
  /** Whether that is because its task has run out of time. */
  readonly late: boolean;
}

/** The task of a message that carries one has asked for its signal: sent where memory is not shared. */
export interface AskMessage {
  readonly type: typeof ASK;
  readonly id: number;
}

/** A task has begun: sent where times are wanted, and the tasks are long enough to be watched. */
export interface BeginMessage {
  readonly type: typeof BEGIN;
  readonly id: number;
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** What a task says before it ends. */
export interface ReportMessage {
  readonly type: typeof REPORT;
  readonly id: number;
  readonly offset: number;
  /** When the task began, where times are wanted, and when it reported: ms since the epoch. */
  readonly began: number;
  readonly time: number;
  /** A `Thrown` where it holds errors. */
  readonly value: unknown;
  readonly held: boolean;
}

/** Values of the one task of a batch, which goes on. */
export interface ChunkMessage {
  readonly type: typeof CHUNK;
  readonly id: number;
  /** How many of its values came before. */
  readonly from: number;
  readonly values: readonly unknown[];
  /** Which of them hold errors: positions in `values`, whose entries are then `Thrown`. */
  readonly held: readonly number[];
}

/** So many values of a task have been emitted: as many more may be sent. */
export interface CreditMessage {
  readonly type: typeof CREDIT;
  readonly id: number;
  readonly count: number;
}

/** A message could not be read there (nested too deep for that side's stack, say): back to its sender. */
export interface UnreadMessage {
  readonly type: typeof UNREAD;
  /**
   * From a worker: the last batch that it has read. To a worker: a batch whose outcomes may have been in the message; if it is
   * over, the worker says so again.
   */
  readonly id: number;
}

/** Outcomes of a batch, or of its next part. */
export interface ReplyMessage {
  readonly type: typeof REPLY;
  readonly id: number;
  /** The offset of the first outcome in its batch. Those before it that have not come could not be read. */
  readonly from: number;
  readonly values: readonly unknown[] | Float64Array;
  /** Which of `values` are failures: positions in `values`, whose entries are then `Thrown`. */
  readonly failed?: readonly number[] | undefined;
  /** Which of `values` are results that hold errors: positions in `values`, whose entries are then `Thrown`. */
  readonly held?: readonly number[] | undefined;
  /** Milliseconds that these took in the worker. */
  readonly ms: number;
  /** Whether the batch is over: what it has not told of by now has not run. */
  readonly last: boolean;
  /** Milliseconds that it took to send the reply before this one. */
  readonly packing: number;
  /** Start and end of each task, ms since the epoch, where they were wanted. */
  readonly times?: Float64Array | undefined;
}

/** From a worker, before the methods that it exposes: which hooks it has. */
export interface HooksMessage {
  readonly type: typeof HOOKS;
  readonly setup: boolean;
  readonly teardown: boolean;
}

/** To a worker before its first task: its setup is to run, with the pool's data, and then these calls. */
export interface PrepareMessage {
  readonly type: typeof PREPARE;
  readonly data: unknown;
  readonly calls: readonly { readonly method: string; readonly args: readonly unknown[] }[];
}

/** That has ended; `error`: what it has failed with. */
export interface PreparedMessage {
  readonly type: typeof PREPARED;
  readonly error: Thrown | undefined;
}

/** The teardown has ended; `error`: what it has failed with. */
export interface TornDownMessage {
  readonly type: typeof TORN_DOWN;
  readonly error: Thrown | undefined;
}

/** To a worker that has nothing to do: it is to end when what it has printed, and the files it writes, are out. */
export interface EndMessage {
  readonly type: typeof END;
}

/** An error that nobody caught in the worker. */
export interface UncaughtMessage {
  readonly type: typeof UNCAUGHT;
  readonly error: Thrown;
}

/** Of the lock that a worker in a page holds for as long as it lives: first that it asks for one, then that it has it. */
export interface LockMessage {
  readonly type: typeof LOCK;
  /** Undefined until it has it, and where it is given none. */
  readonly name: string | undefined;
  readonly decided: boolean;
}
