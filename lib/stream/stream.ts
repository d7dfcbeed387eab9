/** One subscription: what it has taken from its source, what is out at the pool, what it has yet to emit. Knows no RxJS. */
import { captureContext } from '#platform';
import { isProgramError, rememberTask } from '../api/errors.ts';
import type { ResolvedOptions } from '../api/options.ts';
import type { Arrival, Description, TaskSource, Attachment, MayTake, Pool, Task } from '../pool/contract.ts';
import { queueMicrotask } from '../primitives/clock.ts';
import type { Context } from '../primitives/zone.ts';
import { FailureLimit } from './failureLimit.ts';
import type { Input } from './input/input.ts';
import { KeyedTasks } from './keyedTasks.ts';
import { Failure, type ResultBuffer, SKIPPED } from './results/resultBuffer.ts';
import { Retries } from '../pool/retries.ts';
import { Coalesced } from '../primitives/coalesced.ts';

/** Where a stream's results go. */
export interface Destination {
  /** False while nobody asks for the next: results wait, and count against the window. */
  readonly asking?: boolean;
  next(value: any): void;
  error(error: unknown): void;
  complete(): void;
}

/** No result, while any value may be one. */
export const NOTHING: unique symbol = Symbol('nothing');

type Describe = (value: any, index: number) => Description;

/** How many results may be held back while few tasks are out, and for each task that is. */
const HELD_AT_LEAST = 64;
const HELD_PER_TASK_OUT = 8;
/** However large the window: so many values that wait for their key are read ahead. A source of one key may have no end. */
const READ_FOR_KEYS = 1024;

export class Stream implements TaskSource {
  readonly concurrency: number;
  readonly priority: number;
  readonly batch: number;
  readonly timeout: number | undefined;
  readonly terminateAfter: number;
  readonly inContext: Context;
  readonly buffer: number | undefined;
  readonly sticky: boolean;

  readonly #options: ResolvedOptions;
  readonly #input: Input;
  readonly #results: ResultBuffer;
  readonly #describe: Describe;
  readonly #destination: Destination;
  readonly #attachment: Attachment;
  readonly #carry: Pool['carry'];
  readonly #retries: Retries | undefined;
  readonly #failureLimit: FailureLimit | undefined;
  #keyed: KeyedTasks | undefined;
  readonly callSite: Error;

  /** How many values waited when a value came and the pool would ask by itself. Asked of each of 100 000, it took a third of the pushing. */
  #queuedSince = Infinity;
  #seq = 0;
  /** Dispatched and not returned. */
  #out = 0;
  #putBack: Task[] = [];
  /** The first task that is known to fail the stream: nothing after it starts, or counts. Once the stream has ended, before all. */
  #failedAt = Infinity;
  /** From where on the pool has still to be told to cancel. */
  #cancelFrom = Infinity;
  /** An error that waits for no result. */
  #immediate: Failure | undefined;
  /** Why the stream ends once what it has taken is delivered. */
  #closing: Error | undefined;
  #closed = false;
  readonly #passes = new Coalesced(() => this.#pass());

  constructor(
    pool: Pool,
    options: ResolvedOptions,
    input: Input,
    results: ResultBuffer,
    describe: Describe,
    destination: Destination,
    callSite: Error,
    inContext: Context = captureContext(),
  ) {
    this.concurrency = options.concurrency;
    this.priority = options.priority;
    this.batch = options.batch;
    this.timeout = options.timeout;
    this.terminateAfter = options.terminateAfter;
    this.buffer = options.buffer;
    this.sticky = options.sticky;
    this.#options = options;
    this.#input = input;
    this.#describe = describe;
    this.#destination = destination;
    this.callSite = callSite;
    this.inContext = inContext;
    if (options.retry !== undefined) this.#retries = new Retries(options.retry, this);
    if (options.maxFailures !== Infinity) this.#failureLimit = new FailureLimit(options.maxFailures);
    if (options.key !== undefined) this.#keyed = new KeyedTasks(options.key);
    this.#carry = pool.carry;
    this.#attachment = pool.attach(this);
    // It has its number now.
    this.#results = pool.watch?.(results, this) ?? results;
  }

  /** The input has a value more. */
  arrived(): void {
    const { waiting } = this.#input;
    // What was found for fewer holds for more, until one is taken: what changes at the pool meanwhile, the pool itself sees to.
    if (waiting > this.#queuedSince) return;
    if (!this.#queued) this.proceed();
    else if (!this.sticky) this.#queuedSince = waiting;
  }

  waiting(may?: MayTake): number {
    const back = this.#putBack.length;
    // What waits for a worker that is busy hides nothing from the others.
    if (back > 0 && !this.sticky) return this.#putBack[0]!.seq < this.#nextTry ? back : 0;
    const fresh = this.#failedAt === Infinity ? Math.max(0, Math.min(this.#input.waiting, this.#room())) : 0;
    if (back === 0 || may === undefined) return back + fresh;
    return this.#putBack.reduce((count, { key }) => (may(key) ? count + 1 : count), fresh);
  }

  get canFetch(): boolean {
    return this.#input.readable && this.#failedAt === Infinity && this.#room() > 0;
  }

  next(may?: MayTake): Task | undefined {
    while (this.waiting(may) > 0) {
      const again = this.#again(may);
      if (again !== undefined) {
        this.#out++;
        return again;
      }
      if (!this.#input.ready()) {
        // That was the end: nobody has this one proceed after another's turn.
        queueMicrotask(() => this.proceed());
        return undefined;
      }
      const { arrival, index } = this.#input;
      this.#queuedSince = Infinity;
      const input = this.#input.shift();
      const seq = this.#seq++;
      // Out before `fn` is asked, which is the user's: within it the source may complete, or the pool be closed.
      this.#out++;
      try {
        const task =
          this.#keyed === undefined
            ? this.#taskOf(seq, index, input, arrival)
            : this.#keyed.admit(seq, index, input, (...value) => this.#taskOf(...value, arrival));
        if (task === undefined) {
          if (this.#closed) return undefined;
          // It waits for those before it of its key.
          this.#out--;
        } else if (may === undefined || may(task.key)) return task;
        else {
          this.putBack([task]);
          // Its worker may have been asked already.
          this.#attachment.wake();
        }
      } catch (error) {
        this.#out--;
        this.#fail({ seq, index, input }, error);
        // Another stream's turn may have brought us here: then nobody has this one proceed after it.
        queueMicrotask(() => this.proceed());
      }
    }
    return undefined;
  }

  /** The first that was put back, of those that may go to who asks. */
  #again(may: MayTake | undefined): Task | undefined {
    if (may === undefined) return this.#putBack.shift();
    const at = this.#putBack.findIndex(({ key }) => may(key));
    return at < 0 ? undefined : this.#putBack.splice(at, 1)[0];
  }

  /** Undefined where the stream is over: `fn`, which is the user's, may have unsubscribed. */
  #taskOf(seq: number, index: number, input: unknown, arrival: Arrival | undefined): Task | undefined {
    const call = this.#describe(input, index);
    if (this.#closed) return undefined;
    const { method, args, transfer } = this.#attachment.own?.(call) ?? call;
    const carried = this.#carry?.();
    return { seq, index, input, method, args, transfer, arrival, carried, crashes: 0 };
  }

  putBack(tasks: readonly Task[]): void {
    this.#out -= tasks.length;
    this.#serveFirst(tasks);
  }

  /** These are next, the first of them first. */
  #serveFirst(tasks: readonly Task[]): void {
    this.#putBack = [...this.#putBack, ...tasks]
      .filter(({ seq }) => seq < this.#failedAt)
      .sort((a, b) => a.seq - b.seq);
  }

  values(task: Task, values: readonly unknown[], grant: (count: number) => void): void {
    task.gave = true;
    if (task.seq <= this.#failedAt) this.#results.add!(task.seq, values, grant);
  }

  value(task: Task, value: unknown): void {
    this.#out--;
    if (task.seq > this.#failedAt) return;
    const { index, input } = task;
    this.#results.store(
      task.seq,
      this.buffer !== undefined
        ? SKIPPED
        : this.#options.onError === 'settle'
          ? { status: 'fulfilled', index, input, value }
          : value,
      index,
    );
    if (this.#keyed !== undefined) this.#passTurn(this.#keyed, task);
  }

  get retries(): boolean {
    return this.#retries !== undefined;
  }

  get reports(): boolean {
    return this.#options.onReport !== undefined;
  }

  report({ index, input, seq }: Task, value: unknown): void {
    const { onReport } = this.#options;
    if (onReport === undefined || seq > this.#failedAt) return;
    this.inContext(() => {
      try {
        onReport({ index, input, value });
      } catch (error) {
        this.error(error);
      }
    });
  }

  failure(task: Task, error: unknown): void {
    try {
      if (task.seq <= this.#failedAt && this.#retries?.retry(task, error) === true) return;
    } catch (thrown) {
      this.#out--;
      return this.#fail(task, thrown, 'throw');
    }
    this.#failed(task, error);
  }

  /** It has failed for good. */
  #failed(task: Task, error: unknown): void {
    this.#out--;
    this.#fail(task, error);
    if (this.#keyed !== undefined) this.#passTurn(this.#keyed, task);
  }

  /** The task has its outcome: the next of its key may run. */
  #passTurn(keyed: KeyedTasks, { key }: Task): void {
    let next = keyed.next(key);
    for (; next instanceof Failure; next = keyed.next(key)) this.#fail(next.task!, next.error);
    if (next !== undefined) this.#serveFirst([next]);
  }

  crashed(task: Task, error: Error): boolean {
    const again = task.crashes++ < this.#options.crashRetries && task.transfer === undefined && task.gave === undefined;
    if (again) this.putBack([task]);
    else this.#failed(task, error);
    return again;
  }

  /** Emits what is ready and takes what there is room for, until neither is left; never inside itself. */
  proceed(): void {
    // From within it only asks.
    if (this.#passes.running) this.#passes.run();
    else this.inContext(this.#proceed);
  }

  readonly #proceed = (): void => {
    this.#passes.run();
    if (!this.#closed) this.#finish();
  };

  /**
   * The next result where there are more and no worker waits for a value: then there is nothing to do but to take it.
   * Else, and where it is no value, `NOTHING`: `drain` has more to do. An iterator asks for each result by itself, and
   * to drain for each made it take a half longer.
   */
  poll(): unknown {
    const { held, ready } = this.#results;
    if (!ready || held === 1 || this.#passes.running || this.#closed || !this.#queued) return NOTHING;
    const result = this.#resultIn(this.#results.shift());
    return result === SKIPPED ? NOTHING : result;
  }

  closing(reason: Error): void {
    if (this.#input.done) return;
    this.#closing = reason;
    this.inContext(() => this.#input.stop());
    this.proceed();
  }

  /** Errors at once, whatever is out. */
  error(error: unknown): void {
    if (this.#closed) return;
    this.inContext(() => {
      this.stop();
      this.#destination.error(error);
    });
  }

  /** Emits nothing more, and lets go of all that was taken. */
  stop(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failedAt = -Infinity;
    this.inContext(() => this.#input.stop());
    this.#input.clear();
    this.#putBack = [];
    this.#retries?.cancel(0);
    this.#keyed = undefined;
    this.#attachment.leave();
  }

  #pass(): void {
    if (this.#closed) return;
    this.#queuedSince = Infinity;
    if (this.#cancelFrom !== Infinity) this.#cancel();
    while (this.#emitting) this.#emit(this.#results.shift());
    // After what is ready: whether that came in the same message is chance.
    if (this.#immediate !== undefined) return this.error(this.#immediate.error);
    if (!this.#queued && this.waiting() > 0) this.#attachment.wake();
    const before = this.#input.waiting;
    this.#input.read(this.#wanted);
    if (this.#emitting || this.#input.waiting > before) this.#passes.run();
    // There was no room for what it could fetch: it is asked when there is.
    else if (this.canFetch && !this.#queued) this.#attachment.wake();
  }

  /** Whether the pool asks by itself when it has room. */
  get #queued(): boolean {
    return this.#attachment.queued ?? !this.#attachment.hungry;
  }

  /**
   * The first task that waits for its next try, where those after it have to wait for its values: none of them starts. So
   * of all workers that are busy one has a task that waits for no other, however streams share them.
   */
  get #nextTry(): number {
    return this.#results.inOrder === true ? (this.#retries?.first ?? Infinity) : Infinity;
  }

  /** How many more values the window lets through. */
  #room(): number {
    if (this.#nextTry !== Infinity) return 0;
    const { held } = this.#results;
    const { window } = this.#options;
    const keyed = this.#keyed;
    // Taken, and not out: what waits for its key's turn, or for a worker.
    const aside = this.#putBack.length + (keyed?.held ?? 0);
    if (window === Infinity)
      return keyed !== undefined && this.#input.pulls === true && aside >= READ_FOR_KEYS ? 0 : Infinity;
    if (window !== undefined) return window - held - this.#out - aside;
    return held + (keyed === undefined ? 0 : aside) < Math.max(HELD_AT_LEAST, HELD_PER_TASK_OUT * this.#out)
      ? Infinity
      : 0;
  }

  get #emitting(): boolean {
    return this.#results.ready && !this.#closed && this.#destination.asking !== false;
  }

  /** How many values should be waiting: one more for a worker with room, and the next messages' where those carry many. */
  readonly #wanted = (): number => {
    if (this.#failedAt !== Infinity) return 0;
    const { ahead = 1, hungry } = this.#attachment;
    const soon = ahead > 1 ? ahead : 0;
    return Math.min(hungry ? Math.max(soon, this.#input.waiting + 1) : soon, this.#room());
  };

  #emit(outcome: unknown): void {
    const result = this.#resultIn(outcome);
    if (result !== SKIPPED) this.#destination.next(result);
  }

  /**
   * The result in an outcome whose turn it is; `SKIPPED` where there is none, or it ends the stream. Failures count in the order
   * of the results: which one is too many does not depend on which task fails first.
   */
  #resultIn(outcome: unknown): unknown {
    if (!(outcome instanceof Failure)) return outcome;
    const { task } = outcome;
    let { error } = outcome;
    if (task !== undefined) {
      const tooMany = this.#failureLimit!.add(error);
      if (tooMany === undefined) return this.#resultOf(task, error);
      rememberTask(tooMany, task);
      error = tooMany;
    }
    this.error(error);
    return SKIPPED;
  }

  /** What takes the place of the result of a task that may fail. */
  #resultOf({ index, input }: Pick<Task, 'index' | 'input'>, reason: unknown): unknown {
    return this.#options.onError === 'skip' ? SKIPPED : { status: 'rejected', index, input, reason };
  }

  #fail(
    task: Pick<Task, 'seq' | 'index' | 'input'>,
    error: unknown,
    onError: ResolvedOptions['onError'] = isProgramError(error) ? 'throw' : this.#options.onError,
  ): void {
    const { seq, index } = task;
    if (seq > this.#failedAt) return;
    rememberTask(error, task);
    const { errorTiming } = this.#options;
    if (onError !== 'throw') {
      const limit = this.#failureLimit;
      if (limit !== undefined && errorTiming === 'in-order') {
        this.#endAfter(limit.lastAfter(seq));
        return this.#results.store(seq, new Failure(error, task), index);
      }
      const tooMany = limit?.add(error);
      if (tooMany !== undefined) return this.#fail(task, tooMany, 'throw');
      return this.#results.store(seq, this.#resultOf(task, error), index);
    }
    this.#endAfter(seq);
    if (errorTiming === 'immediate') this.#immediate = new Failure(error);
    else this.#results.store(seq, new Failure(error), index);
  }

  #endAfter(seq: number): void {
    if (seq >= this.#failedAt) return;
    this.#failedAt = seq;
    this.#cancelFrom = seq + 1;
    this.#putBack = this.#putBack.filter((each) => each.seq < seq);
  }

  /** Nothing after the failed task starts; what is before it goes on. */
  #cancel(): void {
    const from = this.#cancelFrom;
    this.#cancelFrom = Infinity;
    this.#input.stop();
    this.#input.clear();
    this.#retries?.cancel(from);
    this.#attachment.cancel(from);
  }

  #finish(): void {
    if (this.#out > 0 || this.#putBack.length > 0 || this.#input.waiting > 0 || this.#results.held > 0) return;
    if (this.#closing !== undefined) return this.error(this.#closing);
    if (!this.#input.done) return;
    this.stop();
    this.#destination.complete();
  }
}
