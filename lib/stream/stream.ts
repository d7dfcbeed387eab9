/**
 * The stream of one subscription: it makes tasks of the values of its input, hands them to the pool, and emits their results.
 * Independent of RxJS.
 */
import { captureContext } from '#platform';
import type { ResolvedOptions } from '../api/resolveOptions.ts';
import type { Arrival, Description, TaskSource, Attachment, MayTake, Pool, Task } from '../pool/contract.ts';
import { queueMicrotask } from '../primitives/clock.ts';
import type { Context } from '../primitives/zone.ts';
import { Failures } from './failures.ts';
import type { Input } from './input/input.ts';
import { KeyedTasks } from './keyedTasks.ts';
import { Failure, type ResultBuffer, SKIPPED } from './results/resultBuffer.ts';
import { Retries } from '../pool/retries.ts';
import { Coalesced } from '../primitives/coalesced.ts';

/** The consumer of a stream's results. */
export interface Destination {
  /** False while the consumer wants no result: results then wait, and count in the window. */
  readonly asking?: boolean;
  next(value: any): void;
  error(error: unknown): void;
  complete(): void;
}

/** Stands for no result; any value could be a result. */
export const NOTHING: unique symbol = Symbol('nothing');

type Describe = (value: any, index: number) => Description;

/** Without a `window`, how many results may be held back: in all, or, if that is more, for each task that is out. */
const HELD_AT_LEAST = 64;
const HELD_PER_TASK_OUT = 8;
/** Values that wait for their key and are read ahead, however large the window: a source of one key may have no end. */
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
  /**
   * The retries, where later tasks have to wait for the values of earlier ones. No task after the first that waits for its next try
   * starts, so that of all busy workers at least one has a task that waits for no other, however streams share them.
   */
  readonly #triesInOrder: Retries | undefined;
  readonly #failures: Failures;
  #keyed: KeyedTasks | undefined;
  readonly callSite: Error;

  /**
   * How many values were waiting when `arrived` last found the stream queued; `Infinity`: look again. A look for each of 100 000
   * pushed values was a third of the cost of pushing.
   */
  #queuedWith = Infinity;
  #seq = 0;
  /** How many tasks are dispatched and have no outcome yet. */
  #out = 0;
  #putBack: Task[] = [];
  /** From which `seq` on the next pass cancels tasks at the pool. */
  #cancelFrom = Infinity;
  /** The error of a closing pool; the stream ends with it once the tasks of all values that it has received have settled. */
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
    this.#failures = new Failures(options);
    if (options.key !== undefined) this.#keyed = new KeyedTasks(options.key);
    this.#carry = pool.carry;
    this.#attachment = pool.attach(this);
    // After `attach`, which gives the stream its number.
    this.#results = pool.watch?.(results, this) ?? results;
    if (results.inOrder === true) this.#triesInOrder = this.#retries;
  }

  /** The input has one more value. */
  arrived(): void {
    const { waiting } = this.#input;
    // A stream that was queued with fewer values stays queued until one is shifted; the pool deals with its own changes.
    if (waiting > this.#queuedWith) return;
    if (!this.#queued) this.proceed();
    else if (!this.sticky) this.#queuedWith = waiting;
  }

  waiting(may?: MayTake): number {
    const back = this.#putBack.length;
    // A sticky task that waits for its busy worker must not keep other workers from new values.
    if (back > 0 && !this.sticky) return this.#putBack[0]!.seq < (this.#triesInOrder?.first ?? Infinity) ? back : 0;
    const fresh = this.#failures.endAt === Infinity ? Math.max(0, Math.min(this.#input.waiting, this.#room())) : 0;
    if (back === 0 || may === undefined) return back + fresh;
    return this.#putBack.reduce((count, { key }) => (may(key) ? count + 1 : count), fresh);
  }

  get canFetch(): boolean {
    return this.#input.readable && this.#failures.endAt === Infinity && this.#room() > 0;
  }

  next(may?: MayTake): Task | undefined {
    while (this.waiting(may) > 0) {
      const again = this.#putBack.length > 0 ? this.#again(may) : undefined;
      if (again !== undefined) {
        this.#out++;
        return again;
      }
      if (!this.#input.ready()) {
        // The source has ended; in the turn of another stream nothing else would let this one proceed.
        queueMicrotask(() => this.proceed());
        return undefined;
      }
      const { arrival, index } = this.#input;
      this.#queuedWith = Infinity;
      const input = this.#input.shift();
      const seq = this.#seq++;
      // Counted before `fn` is called, which is the user's: it may complete the source or close the pool.
      this.#out++;
      try {
        const task =
          this.#keyed === undefined
            ? this.#taskOf(seq, index, input, arrival)
            : this.#keyed.admit(seq, index, input, (...value) => this.#taskOf(...value, arrival));
        if (task === undefined) {
          if (this.#closed) return undefined;
          // The value waits for the previous task of its key.
          this.#out--;
        } else if (may === undefined || may(task.key)) return task;
        else {
          this.putBack([task]);
          // The worker of its key may have had its turn already.
          this.#attachment.wake();
        }
      } catch (error) {
        this.#out--;
        this.#fail({ seq, index, input }, error);
        // In the turn of another stream nothing else would let this one proceed.
        queueMicrotask(() => this.proceed());
      }
    }
    return undefined;
  }

  /** Removes and returns the first task that was put back and that the worker may take. */
  #again(may: MayTake | undefined): Task | undefined {
    if (may === undefined) return this.#putBack.shift();
    const at = this.#putBack.findIndex(({ key }) => may(key));
    return at < 0 ? undefined : this.#putBack.splice(at, 1)[0];
  }

  /** Undefined where the stream has ended: `fn`, which is the user's, may have unsubscribed. */
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

  /** Puts these tasks before everything new, in the order of `seq`. */
  #serveFirst(tasks: readonly Task[]): void {
    this.#putBack = [...this.#putBack, ...tasks]
      .filter(({ seq }) => seq < this.#failures.endAt)
      .sort((a, b) => a.seq - b.seq);
  }

  values(task: Task, values: readonly unknown[], grant: (count: number) => void): void {
    task.gave = true;
    if (task.seq <= this.#failures.endAt) this.#results.add!(task.seq, values, grant);
  }

  value(task: Task, value: unknown): void {
    this.#out--;
    if (task.seq > this.#failures.endAt) return;
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
    if (onReport === undefined || seq > this.#failures.endAt) return;
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
      if (task.seq <= this.#failures.endAt && this.#retries?.retry(task, error) === true) return;
    } catch (thrown) {
      this.#out--;
      return this.#fail(task, thrown, 'throw');
    }
    this.#failed(task, error);
  }

  /** The task has failed and is not run again. */
  #failed(task: Task, error: unknown): void {
    this.#out--;
    this.#fail(task, error);
    if (this.#keyed !== undefined) this.#passTurn(this.#keyed, task);
  }

  /** The task has settled: the next one of its key may run. */
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

  /** Emits what is ready and fetches what there is room for, until neither is possible any more. Not reentrant. */
  proceed(): void {
    // A nested call only schedules another pass.
    if (this.#passes.running) this.#passes.run();
    else this.inContext(this.#proceed);
  }

  readonly #proceed = (): void => {
    this.#passes.run();
    if (!this.#closed) this.#finish();
  };

  /**
   * The next result, where further results are ready and no worker waits for a value, so that nothing else is to be done.
   * `NOTHING` in all other cases, which are for `proceed`. An iterator asks for one result at a time; a `proceed` for each made
   * it take half as long again.
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

  /** Errors at once; tasks that are out are cancelled. */
  error(error: unknown): void {
    if (this.#closed) return;
    this.inContext(() => {
      this.stop();
      this.#destination.error(error);
    });
  }

  /** Ends the stream without a notification: stops the input, drops what waits, cancels what is out. */
  stop(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failures.endAt = -Infinity;
    this.inContext(() => this.#input.stop());
    this.#input.clear();
    this.#putBack = [];
    this.#retries?.cancel(0);
    this.#keyed = undefined;
    this.#attachment.leave();
  }

  #pass(): void {
    if (this.#closed) return;
    this.#queuedWith = Infinity;
    if (this.#cancelFrom !== Infinity) this.#cancel();
    while (this.#emitting) {
      const result = this.#resultIn(this.#results.shift());
      if (result !== SKIPPED) this.#destination.next(result);
    }
    // After the results that are ready: whether a result came in the same message as the error is chance.
    const { immediate } = this.#failures;
    if (immediate !== undefined) return this.error(immediate.error);
    if (!this.#queued && this.waiting() > 0) this.#attachment.wake();
    const before = this.#input.waiting;
    this.#input.read(this.#wanted);
    if (this.#emitting || this.#input.waiting > before) this.#passes.run();
    // The input could be read, but there was no room: the pool asks once there is.
    else if (this.canFetch && !this.#queued) this.#attachment.wake();
  }

  /** Whether the pool will ask this stream once it has room. */
  get #queued(): boolean {
    return this.#attachment.queued ?? !this.#attachment.hungry;
  }

  /** How many more values fit in the window. */
  #room(): number {
    if ((this.#triesInOrder?.first ?? Infinity) !== Infinity) return 0;
    const { held } = this.#results;
    const { window } = this.#options;
    const keyed = this.#keyed;
    // Tasks that are made and not out: they wait for the turn of their key, or were put back.
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

  /** How many values the input should hold: one more for a worker with room; those of the next messages, where they carry many. */
  readonly #wanted = (): number => {
    if (this.#failures.endAt !== Infinity) return 0;
    const { ahead = 1, hungry } = this.#attachment;
    const soon = ahead > 1 ? ahead : 0;
    return Math.min(hungry ? Math.max(soon, this.#input.waiting + 1) : soon, this.#room());
  };

  /** The result to emit for an outcome; `SKIPPED` where there is none, or where the outcome ends the stream. */
  #resultIn(outcome: unknown): unknown {
    if (!(outcome instanceof Failure)) return outcome;
    const result = this.#failures.resultOf(outcome);
    if (!(result instanceof Failure)) return result;
    this.error(result.error);
    return SKIPPED;
  }

  #fail(task: Pick<Task, 'seq' | 'index' | 'input'>, error: unknown, onError?: ResolvedOptions['onError']): void {
    const { endAt } = this.#failures;
    this.#failures.add(task, error, this.#results, onError);
    const last = this.#failures.endAt;
    if (last === endAt) return;
    this.#cancelFrom = last + 1;
    this.#putBack = this.#putBack.filter(({ seq }) => seq < last);
  }

  /** Cancels the tasks after the failed one and stops the input; the tasks before it go on. */
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
