/** One worker after another: started on demand, and replaced when it is lost. */
import type { WorkerInitError } from '../../api/errors.ts';
import type { PoolEvent } from '../../api/pool.ts';
import type { Task } from '../../pool/contract.ts';
import type { Batch } from '../channel/batch.ts';
import type { WorkerConnection, PendingWorker, WorkerFactory } from '../startup/startup.ts';
import { type ExitOf, exited, print, unstarted } from '../channel/lostTasks.ts';
import { Utilization } from '../channel/utilization.ts';
import type { WorkerAttachment } from '../channel/workerAttachment.ts';
import { TaskEvents } from '../channel/taskEvents.ts';
import { WorkerChannel } from '../channel/workerChannel.ts';

/** What a slot tells its pool. */
export interface SlotEvents {
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

export class WorkerSlot {
  readonly #factory: WorkerFactory;
  readonly #events: SlotEvents;
  readonly #taskEvents: TaskEvents;
  readonly utilization: Utilization = new Utilization();
  #pending: PendingWorker | undefined;
  #channel: WorkerChannel | undefined;
  #proved = false;
  #held = true;

  constructor(id: number, factory: WorkerFactory, events: SlotEvents) {
    this.#factory = factory;
    this.#events = events;
    this.#taskEvents = new TaskEvents(id, () => events.emit);
  }

  get state(): 'down' | 'starting' | 'up' {
    if (this.#channel !== undefined) return 'up';
    return this.#pending === undefined ? 'down' : 'starting';
  }

  get batches(): readonly Batch[] {
    return this.#channel?.batches ?? NONE;
  }

  /** Up, with nothing to do. */
  get idle(): boolean {
    return this.#channel?.batches.length === 0;
  }

  get room(): boolean {
    return this.#channel?.room ?? false;
  }

  get wanted(): boolean {
    return this.#channel?.wanted ?? false;
  }

  get spare(): boolean {
    return this.#channel?.spare ?? false;
  }

  /** Tasks that the present worker was given. */
  get taken(): number {
    return this.#channel?.taken ?? 0;
  }

  /** The most tasks a message may carry; a plain threads.js worker takes calls one by one. */
  get most(): number {
    return this.#channel?.connection.plain === undefined ? Infinity : 1;
  }

  start(): void {
    const pending = this.#factory.open();
    this.#pending = pending;
    this.#held = true;
    pending.ready.then(
      (connection) => {
        if (this.#pending !== pending) void connection.end();
        else this.#up(connection);
      },
      (error: WorkerInitError) => {
        if (this.#pending !== pending) return;
        this.#pending = undefined;
        this.#events.failed(error);
      },
    );
  }

  send(attachment: WorkerAttachment, tasks: readonly Task[]): void {
    this.#channel!.send(attachment, tasks);
  }

  cancel(attachment: WorkerAttachment, from: number): void {
    this.#channel?.cancel(attachment, from);
  }

  recall(): void {
    this.#channel?.recall();
  }

  /** Ends the worker, whatever it does. */
  end(): Promise<void> {
    const pending = this.#pending;
    const channel = this.#channel;
    this.#pending = undefined;
    if (channel === undefined) return pending?.end() ?? Promise.resolve();
    if (channel.batches.length > 0) {
      this.#lost(channel, { why: 'was ended with its pool' });
      return channel.connection.kill();
    }
    this.#channel = undefined;
    this.#taskEvents.gone();
    return channel.connection.end();
  }

  /** A worker keeps the process alive while somebody waits for it, and no longer. */
  hold(alive: boolean): void {
    if (alive === this.#held) return;
    this.#held = alive;
    if (this.#channel !== undefined) this.#channel.connection.hold(alive);
    else this.#pending?.hold(alive);
  }

  #up(connection: WorkerConnection): void {
    const channel = new WorkerChannel(
      connection,
      {
        changed: () => this.#events.changed(),
        answered: () => this.#prove(),
        settled: (count, failures) => this.#events.settled(count, failures),
        lost: (exit) => this.#lost(channel, exit),
      },
      this.#taskEvents,
      this.utilization,
    );
    this.#pending = undefined;
    this.#channel = channel;
    this.#proved = false;
    this.#taskEvents.up();
    this.utilization.up();
    if (connection.monitor.lost) this.#lost(channel, connection.monitor.exit ?? { why: 'was ended' });
    else this.#events.changed();
  }

  #prove(): void {
    if (this.#proved) return;
    this.#proved = true;
    this.#events.proved();
  }

  /** The worker is gone. Once. */
  #lost(channel: WorkerChannel, exit: ExitOf): void {
    if (this.#channel !== channel) return;
    this.#channel = undefined;
    const ended = channel.connection.kill();
    const { monitor, label } = channel.connection;
    const { attachments, told } = channel.lose(exit);
    const error = monitor.exit === exit ? exited(exit, label) : undefined;
    const fruitless = channel.progress ? undefined : unstarted(exit, 'had begun any task', label);
    // Who waits for a worker is told in the end, if none comes up.
    if (error !== undefined && exit.cause !== undefined && !told && !this.#taskEvents.heard && attachments.size === 0)
      print(error);
    this.#taskEvents.gone(exit.exitCode, error);
    this.#events.lost(fruitless, ended);
    for (const { source } of attachments) source.drain();
    this.#events.changed();
  }
}
