/** The input of a source that pushes. */
import { OverflowError } from '../../api/errors.ts';
import type { ResolvedOptions } from '../../api/resolveOptions.ts';
import { monotonic, queueMicrotask } from '../../primitives/clock.ts';
import { Fifo } from '../../primitives/fifo.ts';
import type { Arrival } from '../../pool/contract.ts';
import type { QueueLimit } from '../../pool/queueLimit.ts';
import type { Input } from './input.ts';

type Limits = Pick<ResolvedOptions, 'maxPending' | 'overflow'>;

/** A turn of the event loop in which values came, and how many of those still wait. */
interface Turn extends Arrival {
  waiting: number;
}

/** The queue in which pushed values wait until a worker has room. */
export class PushInput<T> implements Input {
  readonly #backlog = new Fifo<T>();
  /** The numbers of the values that wait; kept only for `'drop-newest'`, which leaves gaps among them. */
  readonly #indexes: Fifo<number> | undefined;
  /** The turns in which the waiting values came. */
  readonly #turns = new Fifo<Turn>();
  /** The current turn; undefined if no value has come in it. */
  #turn: Turn | undefined;
  readonly #maxPending: number;
  readonly #overflow: Limits['overflow'];
  readonly #queueLimit: QueueLimit | undefined;
  readonly #dropped: () => void;
  readonly #unsubscribe: () => void;
  #arrived = 0;
  /** The length of the backlog, as a field: it is asked for four times a value, and a getter is a call. */
  waiting = 0;
  done = false;
  readonly readable = false;

  constructor({ maxPending, overflow }: Limits, dropped: () => void, unsubscribe: () => void, queueLimit?: QueueLimit) {
    this.#queueLimit = queueLimit;
    this.#maxPending = maxPending;
    this.#overflow = overflow;
    if (overflow === 'drop-newest') this.#indexes = new Fifo();
    this.#dropped = dropped;
    this.#unsubscribe = unsubscribe;
  }

  get index(): number {
    return this.#indexes?.first ?? this.#arrived - this.waiting;
  }

  get arrival(): Arrival {
    return this.#turns.first!;
  }

  push(value: T): void {
    this.#backlog.push(value);
    // Once a turn: reading the clock for each value of a synchronous source would cost 30 ns a value.
    let turn = this.#turn;
    if (turn === undefined) {
      turn = this.#turn = { time: monotonic(), waiting: 0 };
      queueMicrotask(this.#endTurn);
    }
    if (turn.waiting++ === 0) this.#turns.push(turn);
    this.#indexes?.push(this.#arrived);
    this.#arrived++;
    this.waiting++;
    this.#queueLimit?.count(1);
  }

  /** Enforces `maxPending` and the pool's `maxQueue`: drops a value, or returns the error of the stream. */
  enforceLimits(): OverflowError | undefined {
    const limit = this.#queueLimit;
    const full = limit?.exceeded === true && this.waiting > 0;
    if (!full && this.waiting <= this.#maxPending) return undefined;
    if (this.#overflow === 'error')
      return full
        ? limit.error()
        : new OverflowError(
            `More than maxPending (${this.#maxPending}) values are waiting. Slow the source down, raise maxPending, or set overflow to 'drop-oldest' or 'drop-newest'`,
          );
    if (this.#overflow === 'drop-oldest') {
      this.#backlog.shift();
      if (--this.#turns.first!.waiting === 0) this.#turns.shift();
    } else {
      this.#backlog.pop();
      if (--this.#turns.last!.waiting === 0) this.#turns.pop();
      this.#indexes?.pop();
    }
    this.waiting--;
    this.#queueLimit?.count(-1);
    this.#dropped();
    return undefined;
  }

  ready(): boolean {
    return true;
  }

  shift(): T {
    this.#indexes?.shift();
    if (--this.#turns.first!.waiting === 0) this.#turns.shift();
    this.waiting--;
    this.#queueLimit?.count(-1);
    return this.#backlog.shift();
  }

  read(): void {}

  stop(): void {
    // Only a source that has not completed: RxJS would report the other case to `config.onStoppedNotification`.
    if (!this.done) this.#unsubscribe();
  }

  clear(): void {
    this.#queueLimit?.count(-this.waiting);
    this.waiting = 0;
    this.#backlog.clear();
    this.#turns.clear();
    this.#turn = undefined;
    this.#indexes?.clear();
  }

  readonly #endTurn = (): void => {
    this.#turn = undefined;
  };
}
