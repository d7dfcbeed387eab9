/** A pool of slots: which stream a worker with room serves next. */
import { Subject, type Observable } from 'rxjs';
import { type Timer, clearTimeout, setTimeout } from '../../primitives/clock.ts';
import { Coalesced } from '../../primitives/coalesced.ts';
import { RoundRobin } from '../../pool/roundRobin.ts';
import { type PoolClosedError, poolClosed } from '../../api/errors.ts';
import type { PoolEvent, PoolStats } from '../../api/pool.ts';
import type { TaskSource, Attachment, Pool } from '../../pool/contract.ts';
import type { WorkerSlot } from './workerSlot.ts';
import type { WorkerFactory } from '../startup/startup.ts';
import { WorkerAttachment } from '../channel/workerAttachment.ts';
import { Supervisor } from './supervisor.ts';

export interface WorkerPoolSettings {
  readonly size: number;
  /** Milliseconds that a worker may have nothing to do; undefined: any. */
  readonly idleTimeout?: number | undefined;
  /** Tasks after which a worker is replaced; undefined: never. */
  readonly maxTasksPerWorker?: number | undefined;
  readonly name?: string | undefined;
}

/** How often idle workers look for tasks that wait behind a long one, in ms. */
const RECALL_EVERY = 20;

export class WorkerDispatcher implements Pool {
  readonly size: number;
  readonly #settings: WorkerPoolSettings;
  readonly #supervisor: Supervisor;
  readonly #roundRobin = new RoundRobin<WorkerAttachment>();
  readonly #events = new Subject<PoolEvent>();
  #counts = { completed: 0, failed: 0 };
  readonly #passes = new Coalesced(() => this.#pass());
  #recall: Timer | undefined;
  #closing: PoolClosedError | undefined;
  #ended: { promise: Promise<void>; resolve: () => void } | undefined;

  constructor(factory: WorkerFactory, settings: WorkerPoolSettings) {
    this.size = settings.size;
    this.#settings = settings;
    const events = this.#events;
    const pool = this;
    this.#supervisor = new Supervisor(factory, settings.size, settings.idleTimeout, {
      changed: () => this.pump(),
      settled: (count, failures) => {
        this.#counts.completed += count === 0 ? 0 : count - failures;
        this.#counts.failed += failures;
      },
      get emit() {
        return events.observed ? pool.#emit : undefined;
      },
    });
  }

  get #slots(): readonly WorkerSlot[] {
    return this.#supervisor.slots;
  }

  get events$(): Observable<PoolEvent> {
    return this.#events.asObservable();
  }

  get starting(): number {
    return this.#slots.filter(({ state }) => state === 'starting').length;
  }

  stats(): Omit<PoolStats, 'dropped'> {
    const up = this.#slots.filter(({ state }) => state === 'up');
    let running = 0;
    for (const { batches } of up) for (const batch of batches) running += batch.end - batch.reported;
    return {
      workers: up.length,
      idle: up.filter(({ idle }) => idle).length,
      running,
      ...this.#counts,
      restarts: this.#supervisor.restarts,
      taskTime: sum(this.#slots.map(({ utilization }) => utilization.taskTime)),
      carryTime: sum(this.#slots.map(({ utilization }) => utilization.carryTime)),
      busy: up.map(({ batches, utilization }) => utilization.busy(batches[0])),
    };
  }

  attach(source: TaskSource): Attachment {
    if (this.#closing !== undefined) throw poolClosed(this.#settings.name);
    if (this.#roundRobin.size === 0) this.#supervisor.tryAgain();
    const attachment = new WorkerAttachment(source, this, () => this.#counts.failed++);
    this.#roundRobin.add(attachment);
    return attachment;
  }

  hasRoomFor(attachment: WorkerAttachment): boolean {
    const waiting = attachment.source.waiting();
    if (this.#couldStartFor(attachment, waiting + 1)) return true;
    if (waiting > 0) return false;
    return this.#slots.some(
      (slot) => (slot.idle || slot.room) && attachment.mayUse(slot) && attachment.mayFollow(slot),
    );
  }

  isQueued(attachment: WorkerAttachment): boolean {
    return this.#roundRobin.queued(attachment) && !this.#couldStartFor(attachment, attachment.source.waiting());
  }

  /** Whether another worker could be started for the last of so many that wait. */
  #couldStartFor({ source, slots }: WorkerAttachment, waiting: number): boolean {
    return waiting <= Math.min(source.concurrency, this.size) - slots && this.#supervisor.lacking;
  }

  enqueue(attachment: WorkerAttachment): void {
    this.#roundRobin.enqueue(attachment);
  }

  cancel(attachment: WorkerAttachment, from: number): void {
    for (const slot of this.#slots) slot.cancel(attachment, from);
    this.pump();
  }

  leave(attachment: WorkerAttachment): void {
    this.#roundRobin.remove(attachment);
    this.cancel(attachment, 0);
  }

  /** Gives every worker with room what is next, and starts workers for what is left; never inside itself. */
  pump(): void {
    do if (!this.#passes.run()) return;
    while (this.#roundRobin.fetch());
    this.#settle();
  }

  close(drain: boolean): Promise<void> {
    this.#ended ??= withResolver();
    const { promise } = this.#ended;
    const reason = poolClosed(this.#settings.name);
    this.#closing = reason;
    if (!drain) {
      for (const attachment of this.#roundRobin) attachment.source.error(reason);
      for (const slot of this.#slots) this.#supervisor.end(slot);
    } else for (const attachment of this.#roundRobin) attachment.source.closing(reason);
    this.pump();
    return promise;
  }

  #pass(): void {
    for (const slot of this.#slots) if (slot.idle && this.#left(slot) <= 0) this.#supervisor.end(slot);
    for (const slot of this.#slots) if (slot.idle) this.#serve(slot);
    this.#startMore();
    for (const slot of this.#slots) if (slot.room) this.#serve(slot);
  }

  readonly #emit = (event: PoolEvent): void => this.#events.next(event);

  #serve(slot: WorkerSlot): void {
    // Whose turn it is waits for the worker to be idle if it has to: else those whose tasks are quick would keep it busy.
    const attachment = this.#roundRobin.next(
      (each) => each.mayUse(slot),
      (each) => each.mayFollow(slot),
    );
    if (attachment === undefined) return;
    // What is left is shared out evenly, so that no worker ends long after the others.
    const share = Math.ceil(attachment.source.waiting() / Math.min(this.size, attachment.source.concurrency));
    const timed = attachment.source.timeout === undefined ? Infinity : 1;
    const most = Math.min(attachment.sizer.size, attachment.source.batch, share, slot.most, timed, this.#left(slot));
    const tasks = attachment.source.inContext(() => attachment.take(most, slot.idle));
    if (tasks.length === 0) {
      // Its source had come to its end: the next in turn.
      if (!attachment.alone && attachment.source.waiting() === 0) this.#serve(slot);
      return;
    }
    // `fn` is the user's: it may have unsubscribed, or closed the pool, after it had described some.
    if (!attachment.left) slot.send(attachment, tasks);
  }

  /** How many tasks more this worker may have. */
  #left(slot: WorkerSlot): number {
    return (this.#settings.maxTasksPerWorker ?? Infinity) - slot.taken;
  }

  /** Starts a worker for each task that no worker will come to soon. */
  #startMore(): void {
    if (!this.#supervisor.lacking) return;
    const reason = this.#supervisor.hopeless;
    if (reason !== undefined) for (const { source } of this.#roundRobin) source.error(reason);
    let wanted = 0;
    for (const { source, slots } of this.#roundRobin.waiting()) {
      wanted += Math.min(source.waiting(), source.concurrency - slots);
      if (wanted >= this.size) break;
    }
    this.#supervisor.start(wanted);
  }

  /** After every change: who keeps the process alive, who has been idle, what waits behind a long task, whether all is over. */
  #settle(): void {
    const waiting = this.#waits();
    let idle = false;
    let spare = false;
    for (const slot of this.#slots) {
      // A pool that is closing is waited for, by whoever called `close`.
      slot.hold(!slot.idle && (waiting || slot.wanted || this.#closing !== undefined));
      if (slot.idle || slot.state === 'down') idle = true;
      else spare ||= slot.spare;
      this.#supervisor.watchIdle(slot);
    }
    if (idle && spare && this.#recall === undefined) this.#recall = setTimeout(this.#takeBack, RECALL_EVERY);
    if (this.#closing !== undefined && this.#roundRobin.size === 0) {
      for (const slot of this.#slots) if (slot.batches.every(({ empty }) => empty)) this.#supervisor.end(slot);
      if (this.#slots.every(({ state }) => state === 'down')) this.#end();
    }
  }

  /** Whether a stream has something for a worker, or would fetch it if there were one with room. */
  #waits(): boolean {
    for (const { source } of this.#roundRobin.waiting())
      if (source.waiting() > 0 || source.canFetch === true) return true;
    return false;
  }

  readonly #takeBack = (): void => {
    this.#recall = undefined;
    for (const slot of this.#slots) slot.recall();
    this.pump();
  };

  #end(): void {
    clearTimeout(this.#recall);
    const { resolve } = this.#ended!;
    void this.#supervisor.gone().then(() => {
      this.#events.complete();
      resolve();
    });
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
