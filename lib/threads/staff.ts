/** The workers of a pool: started for what waits, replaced when they are lost, ended when there is nothing for them. */
import { type Timer, clearTimeout, setTimeout } from '../core/clock.ts';
import type { WorkerInitError } from '../errors.ts';
import { Lane, type LaneEvents } from './lane.ts';
import type { Supply } from './link.ts';
import { outlookOf } from './outlook.ts';

/** So many workers in a row that do nothing but fail, and no more are started for those who wait. */
const MOST_FAILURES = 3;

export class Staff {
  readonly lanes: readonly Lane[];
  /** Workers that took the place of others. */
  restarts = 0;
  readonly #idleTimeout: number | undefined;
  readonly #idle = new Map<Lane, Timer>();
  /** Workers in a row that were lost before they had done anything. */
  #failures = 0;
  /** Whether the factory itself is wrong. */
  #refused = false;
  #lastFailure: WorkerInitError | undefined;
  #replacing = 0;
  readonly #ending = new Set<Promise<void>>();

  /** `idleTimeout`: milliseconds that a worker may have nothing to do; undefined: any. */
  constructor(
    supply: Supply,
    size: number,
    idleTimeout: number | undefined,
    events: Pick<LaneEvents, 'changed' | 'settled' | 'emit'>,
  ) {
    this.#idleTimeout = idleTimeout;
    const ofLane: LaneEvents = {
      changed: () => events.changed(),
      settled: (count, failures) => events.settled(count, failures),
      get emit() {
        return events.emit;
      },
      failed: (error) => {
        const outlook = outlookOf(error);
        this.#failures = outlook === 'again' ? this.#failures + 1 : MOST_FAILURES;
        this.#refused ||= outlook === 'refused';
        this.#lastFailure = error;
        events.changed();
      },
      proved: () => (this.#failures = 0),
      // To start another and another would lead nowhere where one came up and had begun nothing.
      lost: (fruitless, ended) => {
        this.#awaitEnd(ended);
        this.#replacing++;
        this.#failures = fruitless === undefined ? 0 : this.#failures + 1;
        this.#lastFailure = fruitless;
      },
    };
    this.lanes = Array.from({ length: size }, (_, id) => new Lane(id, supply, ofLane));
  }

  /** Whether a worker more could be started. */
  get lacking(): boolean {
    return this.lanes.some(({ state }) => state === 'down');
  }

  /** Why no worker will come, or none may be asked for; undefined while there is one, or one may come. */
  get hopeless(): WorkerInitError | undefined {
    if (this.#refused) return this.#lastFailure;
    const some = this.#failures < MOST_FAILURES || this.lanes.some(({ state }) => state !== 'down');
    return some ? undefined : this.#lastFailure;
  }

  /** Those who come later get a try of their own. */
  tryAgain(): void {
    this.#failures = 0;
    this.#refused = false;
  }

  /** Starts workers until `wanted` are starting. */
  start(wanted: number): void {
    let starting = this.lanes.filter(({ state }) => state === 'starting').length;
    for (const lane of this.lanes) {
      // Those that are starting may fail as the last did: no more are tried than it takes to know.
      if (wanted <= starting || (this.#failures > 0 && this.#failures + starting >= MOST_FAILURES)) break;
      if (lane.state !== 'down') continue;
      if (this.#replacing > 0) {
        this.#replacing--;
        this.restarts++;
      }
      starting++;
      lane.start();
    }
  }

  /** Ends a worker that has had nothing to do for long; to be told after every change. */
  watchIdle(lane: Lane): void {
    const timer = this.#idle.get(lane);
    if (!lane.idle) {
      clearTimeout(timer);
      this.#idle.delete(lane);
    } else if (this.#idleTimeout !== undefined && timer === undefined) {
      const started = setTimeout(() => this.end(lane), this.#idleTimeout);
      (started as { unref?(): void }).unref?.();
      this.#idle.set(lane, started);
    }
  }

  end(lane: Lane): void {
    this.#awaitEnd(lane.end());
  }

  /** All are down: resolves when the last is gone. */
  async gone(): Promise<void> {
    for (const timer of this.#idle.values()) clearTimeout(timer);
    // In a moment: the last lane to end is still saying so, and is not among those that are waited for yet.
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
