import { OverflowError } from '../api/errors.ts';
import type { ResolvedOptions } from '../api/options.ts';
import { monotonic, queueMicrotask } from '../primitives/clock.ts';
import { Fifo } from '../primitives/fifo.ts';
import type { QueueLimit } from '../pool/queueLimit.ts';
import type { Input } from './stream.ts';

type Limits = Pick<ResolvedOptions, 'maxPending' | 'overflow'>;

/** Values that a source pushes; they wait here until a worker has room. */
export class PushInput<T> implements Input {
  readonly #backlog = new Fifo<T>();
  /** The numbers of what waits, only where some may be missing among them. */
  readonly #indexes: Fifo<number> | undefined;
  /** When each came. */
  readonly #times = new Fifo<number>();
  /** When the first came of those that have come in this turn; undefined in a turn in which none has. */
  #turn: number | undefined;
  readonly #maxPending: number;
  readonly #overflow: Limits['overflow'];
  readonly #queueLimit: QueueLimit | undefined;
  readonly #dropped: () => void;
  readonly #unsubscribe: () => void;
  #arrived = 0;
  done = false;
  /** It pushes. */
  readonly readable = false;

  constructor({ maxPending, overflow }: Limits, dropped: () => void, unsubscribe: () => void, queueLimit?: QueueLimit) {
    this.#queueLimit = queueLimit;
    this.#maxPending = maxPending;
    this.#overflow = overflow;
    if (overflow === 'drop-newest') this.#indexes = new Fifo();
    this.#dropped = dropped;
    this.#unsubscribe = unsubscribe;
  }

  get waiting(): number {
    return this.#backlog.length;
  }

  get index(): number {
    return this.#indexes?.first ?? this.#arrived - this.#backlog.length;
  }

  get since(): number {
    return this.#times.first!;
  }

  push(value: T): void {
    this.#backlog.push(value);
    // A clock read for each value of a synchronous source would take 30 ns of it.
    if (this.#turn === undefined) {
      this.#turn = monotonic();
      queueMicrotask(this.#endTurn);
    }
    this.#times.push(this.#turn);
    this.#indexes?.push(this.#arrived);
    this.#arrived++;
    this.#count(1);
  }

  /** Keeps to `maxPending` and to the pool's `maxQueue`; an error where that cannot be done. */
  enforceLimits(): OverflowError | undefined {
    const full = this.#queueLimit?.exceeded === true && this.#backlog.length > 0 ? this.#queueLimit : undefined;
    if (this.#backlog.length <= this.#maxPending && full === undefined) return undefined;
    if (this.#overflow === 'error' && full !== undefined) return full.error();
    if (this.#overflow === 'error')
      return new OverflowError(
        `More than maxPending (${this.#maxPending}) values are waiting. Slow the source down, raise maxPending, or set overflow to 'drop-oldest' or 'drop-newest'`,
      );
    if (this.#overflow === 'drop-oldest') {
      this.#backlog.shift();
      this.#times.shift();
    } else {
      this.#backlog.pop();
      this.#times.pop();
      this.#indexes?.pop();
    }
    this.#count(-1);
    this.#dropped();
    return undefined;
  }

  ready(): boolean {
    return true;
  }

  take(): T {
    this.#indexes?.shift();
    this.#times.shift();
    this.#count(-1);
    return this.#backlog.shift();
  }

  read(): void {}

  stop(): void {
    // What has ended by itself is not ended again: RxJS would report that to `config.onStoppedNotification`.
    if (!this.done) this.#unsubscribe();
  }

  clear(): void {
    this.#count(-this.#backlog.length);
    this.#backlog.clear();
    this.#times.clear();
    this.#indexes?.clear();
  }

  readonly #endTurn = (): void => {
    this.#turn = undefined;
  };

  #count(by: number): void {
    if (this.#queueLimit !== undefined) this.#queueLimit.waiting += by;
  }
}
