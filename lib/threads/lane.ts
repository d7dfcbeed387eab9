/** One worker after another: started on demand, and replaced when it is lost. */
import type { WorkerInitError } from '../errors.ts';
import type { PoolEvent, Task } from '../pool.ts';
import type { Batch } from './batch.ts';
import type { Link, Opening, Supply } from './link.ts';
import { type LossOf, exited, print, unstarted } from './losses.ts';
import { Meter } from './meter.ts';
import type { Seat } from './seat.ts';
import { Teller } from './teller.ts';
import { Traffic } from './traffic.ts';

/** What a lane tells its pool. */
export interface LaneEvents {
  /** An outcome, or the room for one, has changed. */
  changed(): void;
  /** No worker came up. */
  failed(error: WorkerInitError): void;
  /** The worker has delivered for the first time. */
  proved(): void;
  /** The worker was lost; `fruitless` if that was before it had begun anything. It is gone when `ended` resolves. */
  lost(fruitless: WorkerInitError | undefined, ended: Promise<void>): void;
  settled(count: number, failures: number): void;
  /** Defined while somebody listens. */
  readonly emit: ((event: PoolEvent) => void) | undefined;
}

const NONE: readonly Batch[] = [];

export class Lane {
  readonly #supply: Supply;
  readonly #events: LaneEvents;
  readonly #teller: Teller;
  readonly meter: Meter = new Meter();
  #opening: Opening | undefined;
  #traffic: Traffic | undefined;
  #proved = false;
  #held = true;

  constructor(id: number, supply: Supply, events: LaneEvents) {
    this.#supply = supply;
    this.#events = events;
    this.#teller = new Teller(id, () => events.emit);
  }

  get state(): 'down' | 'starting' | 'up' {
    if (this.#traffic !== undefined) return 'up';
    return this.#opening === undefined ? 'down' : 'starting';
  }

  get batches(): readonly Batch[] {
    return this.#traffic?.batches ?? NONE;
  }

  /** Up, with nothing to do. */
  get idle(): boolean {
    return this.#traffic?.batches.length === 0;
  }

  get room(): boolean {
    return this.#traffic?.room ?? false;
  }

  get wanted(): boolean {
    return this.#traffic?.wanted ?? false;
  }

  get spare(): boolean {
    return this.#traffic?.spare ?? false;
  }

  /** Tasks that the present worker was given. */
  get taken(): number {
    return this.#traffic?.taken ?? 0;
  }

  /** The most tasks a message may carry; a plain threads.js worker takes calls one by one. */
  get most(): number {
    return this.#traffic?.link.plain === undefined ? Infinity : 1;
  }

  start(): void {
    const opening = this.#supply.open();
    this.#opening = opening;
    this.#held = true;
    opening.ready.then(
      (link) => {
        if (this.#opening !== opening) void link.end();
        else this.#up(link);
      },
      (error: WorkerInitError) => {
        if (this.#opening !== opening) return;
        this.#opening = undefined;
        this.#events.failed(error);
      },
    );
  }

  send(seat: Seat, tasks: readonly Task[]): void {
    this.#traffic!.send(seat, tasks);
  }

  cancel(seat: Seat, from: number): void {
    this.#traffic?.cancel(seat, from);
  }

  recall(): void {
    this.#traffic?.recall();
  }

  /** Ends the worker, whatever it does. */
  end(): Promise<void> {
    const opening = this.#opening;
    const traffic = this.#traffic;
    this.#opening = undefined;
    if (traffic === undefined) return opening?.end() ?? Promise.resolve();
    if (traffic.batches.length > 0) {
      this.#lost(traffic, { why: 'was ended with its pool' });
      return traffic.link.kill();
    }
    this.#traffic = undefined;
    this.#teller.gone();
    return traffic.link.end();
  }

  /** A worker keeps the process alive while somebody waits for it, and no longer. */
  hold(alive: boolean): void {
    if (alive === this.#held) return;
    this.#held = alive;
    if (this.#traffic !== undefined) this.#traffic.link.hold(alive);
    else this.#opening?.hold(alive);
  }

  #up(link: Link): void {
    const traffic = new Traffic(
      link,
      {
        changed: () => this.#events.changed(),
        answered: () => this.#prove(),
        settled: (count, failures) => this.#events.settled(count, failures),
        lost: (loss) => this.#lost(traffic, loss),
      },
      this.#teller,
      this.meter,
    );
    this.#opening = undefined;
    this.#traffic = traffic;
    this.#proved = false;
    this.#teller.up();
    this.meter.up();
    if (link.guard.lost) this.#lost(traffic, link.guard.loss ?? { why: 'was ended' });
    else this.#events.changed();
  }

  #prove(): void {
    if (this.#proved) return;
    this.#proved = true;
    this.#events.proved();
  }

  /** The worker is gone. Once. */
  #lost(traffic: Traffic, loss: LossOf): void {
    if (this.#traffic !== traffic) return;
    this.#traffic = undefined;
    const ended = traffic.link.kill();
    const { guard, label } = traffic.link;
    const { seats, told } = traffic.lose(loss);
    const error = guard.loss === loss ? exited(loss, label) : undefined;
    const fruitless = traffic.progress ? undefined : unstarted(loss, 'had begun any task', label);
    // Who waits for a worker is told in the end, if none comes up.
    if (error !== undefined && loss.cause !== undefined && !told && !this.#teller.heard && seats.size === 0)
      print(error);
    this.#teller.gone(loss.exitCode, error);
    this.#events.lost(fruitless, ended);
    for (const { feed } of seats) feed.drain();
    this.#events.changed();
  }
}
