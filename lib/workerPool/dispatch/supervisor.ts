/** The policy by which the workers of a pool start, are restarted, given up, and ended when idle. */
import { type Timer, clearTimeout, setTimeout } from '../../primitives/clock.ts';
import type { WorkerInitError } from '../../api/errors.ts';
import type { WorkerSlot } from './workerSlot.ts';
import { outlookOf } from '../startup/startFailure.ts';

/** So many workers in a row that do nothing but fail, and no more are started for those who wait. */
const MOST_FAILURES = 3;

export class Supervisor {
  /** As many as the pool has ever been large; those that are too many now are retired. */
  readonly #slots: WorkerSlot[];
  readonly #newSlot: () => WorkerSlot;
  /** Workers that took the place of others. */
  restarts = 0;
  readonly #idleTimeout: number | undefined;
  readonly #idle = new Map<WorkerSlot, Timer>();
  /** Workers in a row that were lost before they had done anything. */
  #failures = 0;
  /** Whether the factory itself is wrong. */
  #refused = false;
  #lastFailure: WorkerInitError | undefined;
  #replacing = 0;
  readonly #ending = new Set<Promise<void>>();

  /** `idleTimeout`: milliseconds that a worker may have nothing to do; undefined: any. */
  constructor(slots: WorkerSlot[], newSlot: () => WorkerSlot, idleTimeout: number | undefined) {
    this.#slots = slots;
    this.#newSlot = newSlot;
    this.#idleTimeout = idleTimeout;
  }

  /** Retires slots, or has others again, until `size` are not retired. */
  resize(size: number): void {
    const open = this.#slots.filter(({ retired }) => !retired).sort((a, b) => a.since - b.since);
    // Those that have least to do, and then those that have been at it for longest. But one that can serve stays: what is left
    // is not to be a worker that is stuck.
    const ready = open.findLast(({ idle, state }) => idle || state === 'starting');
    if (ready !== undefined) open.push(...open.splice(open.indexOf(ready), 1));
    for (const slot of open.slice(0, Math.max(0, open.length - size))) {
      slot.retire(true);
      slot.batches?.recall();
      if (slot.state === 'starting') this.end(slot);
    }
    const back = this.#slots.filter(({ retired }) => retired).sort((a, b) => b.since - a.since);
    for (let count = open.length; count < size; count++) {
      const slot = back.shift();
      if (slot === undefined) this.#slots.push(this.#newSlot());
      else slot.retire(false);
    }
  }

  get starting(): number {
    return this.#slots.filter(({ state }) => state === 'starting').length;
  }

  /** Workers that are up and may have tasks. */
  get up(): number {
    return this.#slots.filter(({ retired, state }) => !retired && state === 'up').length;
  }

  /** No worker came up. */
  failed(error: WorkerInitError): void {
    const outlook = outlookOf(error);
    this.#failures = outlook === 'again' ? this.#failures + 1 : MOST_FAILURES;
    this.#refused ||= outlook === 'refused';
    this.#lastFailure = error;
  }

  /** A worker has delivered. */
  proved(): void {
    this.#failures = 0;
  }

  /** To start another and another would lead nowhere where one came up and had begun nothing. */
  exited(fruitless: WorkerInitError | undefined, ended: Promise<void>, replaced: boolean): void {
    this.#awaitEnd(ended);
    if (replaced) this.#replacing++;
    this.#failures = fruitless === undefined ? 0 : this.#failures + 1;
    this.#lastFailure = fruitless;
  }

  /** Whether a worker more could be started. */
  get lacking(): boolean {
    return this.#slots.some(({ retired, state }) => !retired && state === 'down');
  }

  /** Why no worker will come, or none may be asked for; undefined while there is one, or one may come. */
  get hopeless(): WorkerInitError | undefined {
    return this.#givenUpWithout(({ retired, state }) => !retired && state !== 'down');
  }

  /** Why no worker more is started, though some may be up; undefined while one may come. */
  get exhausted(): WorkerInitError | undefined {
    return this.#givenUpWithout(({ state }) => state === 'starting');
  }

  /** The last failure, if so many were in a row that no worker more is started, and no slot `is` one to hope for. */
  #givenUpWithout(is: (slot: WorkerSlot) => boolean): WorkerInitError | undefined {
    const hope = !this.#refused && (this.#failures < MOST_FAILURES || this.#slots.some(is));
    return hope ? undefined : this.#lastFailure;
  }

  /** Those who come later get a try of their own. */
  tryAgain(): void {
    this.#failures = 0;
    this.#refused = false;
  }

  /** Starts workers until `wanted` are starting. */
  start(wanted: number): void {
    let { starting } = this;
    for (const slot of this.#slots) {
      // Those that are starting may fail as the last did: no more are tried than it takes to know.
      if (wanted <= starting || (this.#failures > 0 && this.#failures + starting >= MOST_FAILURES)) break;
      if (slot.retired || slot.state !== 'down') continue;
      if (this.#replacing > 0) {
        this.#replacing--;
        this.restarts++;
      }
      starting++;
      slot.start();
    }
  }

  /**
   * Ends a worker that has had nothing to do for long; to be told after every change. While others are `warming` up it is
   * waited for: were it ended, they would wait for its successor, and be ended before that is up.
   */
  watchIdle(slot: WorkerSlot, warming: boolean): void {
    if (this.#idleTimeout === undefined) return;
    const timer = this.#idle.get(slot);
    if (!slot.idle || warming) {
      clearTimeout(timer);
      this.#idle.delete(slot);
    } else if (timer === undefined) {
      const started = setTimeout(() => this.end(slot), this.#idleTimeout);
      (started as { unref?(): void }).unref?.();
      this.#idle.set(slot, started);
    }
  }

  end(slot: WorkerSlot): void {
    this.#awaitEnd(slot.end());
  }

  /** All are down: resolves when the last is gone. */
  async gone(): Promise<void> {
    for (const timer of this.#idle.values()) clearTimeout(timer);
    // In a moment: the last slot to end is still saying so, and is not among those that are waited for yet.
    await Promise.resolve();
    await Promise.all(this.#ending);
  }

  /** To close is to wait for it: a worker that was given up may take a while to go. */
  #awaitEnd(end: Promise<void>): void {
    const ended: Promise<void> = end.finally(() => {
      this.#ending.delete(ended);
    });
    this.#ending.add(ended);
  }
}
