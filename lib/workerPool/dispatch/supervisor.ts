/** The supervisor: the policy by which the workers of a pool are started, restarted, given up, and ended when idle. */
import { type Timer, clearTimeout, setTimeout } from '../../primitives/clock.ts';
import type { WorkerInitError } from '../../api/errors.ts';
import type { WorkerSlot } from './workerSlot.ts';
import { outlookOf } from '../startup/startFailure.ts';

/** After this many workers in a row that ended without having done anything, no more are started for the streams that wait. */
const MOST_FAILURES = 3;

export class Supervisor {
  /** As many as the largest size that the pool ever had; those beyond its present size are retired. */
  readonly #slots: WorkerSlot[];
  readonly #newSlot: () => WorkerSlot;
  /** How many workers replaced another. */
  restarts = 0;
  readonly #idleTimeout: number | undefined;
  readonly #idle = new Map<WorkerSlot, Timer>();
  /** How many workers in a row ended without having done anything. */
  #failures = 0;
  /** Whether the factory itself is wrong (`Outlook`). */
  #refused = false;
  #lastFailure: WorkerInitError | undefined;
  #replacing = 0;
  readonly #ending = new Set<Promise<void>>();

  /** `idleTimeout`: milliseconds after which an idle worker is ended; undefined: never. */
  constructor(slots: WorkerSlot[], newSlot: () => WorkerSlot, idleTimeout: number | undefined) {
    this.#slots = slots;
    this.#newSlot = newSlot;
    this.#idleTimeout = idleTimeout;
  }

  /** Retires slots, reinstates retired ones, or adds new ones, until `size` slots are not retired. */
  resize(size: number): void {
    const open = this.#slots.filter(({ retired }) => !retired).sort((a, b) => a.since - b.since);
    // Retired first: slots with the least to do, then those that have been busy for longest. One that can serve is kept to the
    // last, so that the remaining worker is not a stuck one.
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

  /** How many workers are up and may have tasks. */
  get up(): number {
    return this.#slots.filter(({ retired, state }) => !retired && state === 'up').length;
  }

  /** A worker has failed to start. */
  failed(error: WorkerInitError): void {
    const outlook = outlookOf(error);
    this.#failures = outlook === 'again' ? this.#failures + 1 : MOST_FAILURES;
    this.#refused ||= outlook === 'refused';
    this.#lastFailure = error;
  }

  /** A worker has replied for the first time. */
  proved(): void {
    this.#failures = 0;
  }

  /** A worker has ended. One that came up and began no task (`fruitless`) counts as a failure: starting more would lead nowhere. */
  exited(fruitless: WorkerInitError | undefined, ended: Promise<void>, replaced: boolean): void {
    this.#awaitEnd(ended);
    if (replaced) this.#replacing++;
    this.#failures = fruitless === undefined ? 0 : this.#failures + 1;
    this.#lastFailure = fruitless;
  }

  /** Whether another worker could be started. */
  get lacking(): boolean {
    return this.#slots.some(({ retired, state }) => !retired && state === 'down');
  }

  /** Why no worker is or will be up, or may be asked for; undefined while there is hope. */
  get hopeless(): WorkerInitError | undefined {
    return this.#givenUpWithout(({ retired, state }) => !retired && state !== 'down');
  }

  /** Why no further worker is started, though some may be up; undefined while one may come. */
  get exhausted(): WorkerInitError | undefined {
    return this.#givenUpWithout(({ state }) => state === 'starting');
  }

  /** The last failure, if after it no further worker is started, and no slot fulfils `is`. */
  #givenUpWithout(is: (slot: WorkerSlot) => boolean): WorkerInitError | undefined {
    const hope = !this.#refused && (this.#failures < MOST_FAILURES || this.#slots.some(is));
    return hope ? undefined : this.#lastFailure;
  }

  /** Forgets the failures: later streams and calls get a new try. */
  tryAgain(): void {
    this.#failures = 0;
    this.#refused = false;
  }

  /** Starts workers until `wanted` are starting. */
  start(wanted: number): void {
    let { starting } = this;
    for (const slot of this.#slots) {
      // After a failure only as many start as are needed to reach `MOST_FAILURES`: they may fail the same way.
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
   * Ends a worker that has been idle for `idleTimeout`; to be called after every change. Not while a `warmUp` is pending
   * (`warming`): it would wait for the successor of an ended worker, and other idle workers would be ended before that is up.
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

  /** To be called when all slots are down: resolves when the last worker has ended. */
  async gone(): Promise<void> {
    for (const timer of this.#idle.values()) clearTimeout(timer);
    // One microtask later: the slot that ended last may not have been added to `#ending` yet.
    await Promise.resolve();
    await Promise.all(this.#ending);
  }

  /** Makes `gone` wait for this end: a worker that was given up may take a while. */
  #awaitEnd(end: Promise<void>): void {
    const ended: Promise<void> = end.finally(() => {
      this.#ending.delete(ended);
    });
    this.#ending.add(ended);
  }
}
