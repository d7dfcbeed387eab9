/** A slot for one worker at a time: started on demand, and replaced when it is lost. */
import type { WorkerInitError } from '../../api/errors.ts';
import type { PoolEvents } from '../../pool/poolEvents.ts';
import type { WorkerConnection, PendingWorker, WorkerFactory } from '../startup/workerConnection.ts';
import { exited, print, unstarted } from '../startup/exitErrors.ts';
import type { ExitOf } from '../channel/lostTasks.ts';
import { Utilization } from '../channel/utilization.ts';
import type { Life, WorkerAttachment } from '../channel/workerAttachment.ts';
import type { SlotEvents } from '../channel/slotEvents.ts';
import type { Description } from '../../pool/contract.ts';
import { EachCall } from './eachCall.ts';
import { BatchChannel } from '../channel/batchChannel.ts';
import type { BatchQueue } from '../channel/batchQueue.ts';
import { PlainChannel } from '../channel/plainChannel.ts';
import { TaskEvents } from '../channel/taskEvents.ts';
import type { WorkerChannel } from '../channel/workerChannel.ts';

export class WorkerSlot {
  /** Whether the pool has become smaller than to have it: its worker gets no more tasks, and is ended when it is idle. */
  retired = false;
  readonly #factory: WorkerFactory;
  readonly #events: SlotEvents;
  readonly #taskEvents: TaskEvents;
  readonly utilization: Utilization = new Utilization();
  #pending: PendingWorker | undefined;
  #channel: WorkerChannel | undefined;
  #held = true;
  /** That of the worker that is up, or was last. */
  life: Life = { up: false };
  readonly #kept: readonly Description[];
  /** Calls of `pool.each` that its worker has yet to make, before all tasks. */
  readonly calls: EachCall[] = [];

  /** `kept`: calls that each worker makes before its first task; there may be more of them later. */
  constructor(
    id: number,
    factory: WorkerFactory,
    events: SlotEvents,
    poolEvents: PoolEvents,
    kept: readonly Description[],
  ) {
    this.#kept = kept;
    this.#factory = factory;
    this.#events = events;
    this.#taskEvents = new TaskEvents(id, poolEvents);
  }

  get state(): 'down' | 'starting' | 'up' {
    if (this.#channel !== undefined) return 'up';
    return this.#pending === undefined ? 'down' : 'starting';
  }

  /** That of the worker that is up, if one is. */
  get channel(): WorkerChannel | undefined {
    return this.#channel;
  }

  /** What that worker has. */
  get batches(): BatchQueue | undefined {
    return this.#channel?.batches;
  }

  /** Up, with nothing to do. */
  get idle(): boolean {
    return this.#channel?.batches.empty === true;
  }

  /** Since when it has had what it has, in the order of messages; the less it has, the lower: down, starting, idle. */
  get since(): number {
    const { state } = this;
    return state === 'down' ? -3 : state === 'starting' ? -2 : (this.batches!.head?.id ?? -1);
  }

  /** Whether it is among those that this stream may use, now or when it is idle. */
  serves(attachment: WorkerAttachment): boolean {
    if (attachment.slots < attachment.source.concurrency) return true;
    return this.batches?.has(attachment) === true;
  }

  /**
   * Whether the next tasks of this stream may follow at once on what it has: only those that are known to be quick wait there,
   * and behind none of a lower priority.
   */
  servesNow({ alone, priority, sizer, source }: WorkerAttachment): boolean {
    if (this.idle) return true;
    return !alone && source.timeout === undefined && sizer.small && this.batches!.lowest >= priority;
  }

  /** How many tasks of this stream wait that its worker may have. */
  waitingFor(attachment: WorkerAttachment): number {
    return attachment.waitingFor(this.life);
  }

  /** What was for its worker alone is for any, as long as it is retired. */
  retire(retired: boolean): void {
    this.retired = retired;
    this.life.up = !retired && this.#channel !== undefined;
  }

  start(): void {
    const pending = this.#factory.open([...this.#kept]);
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

  /** Ends the worker, whatever it does. */
  end(): Promise<void> {
    const pending = this.#pending;
    const channel = this.#channel;
    this.#pending = undefined;
    if (channel === undefined) return pending?.end() ?? Promise.resolve();
    if (!channel.batches.empty) {
      this.#exited(channel, { why: 'was ended with its pool' });
      return channel.connection.kill();
    }
    this.#channel = undefined;
    this.life.up = false;
    this.#dropCalls();
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
    const channel: WorkerChannel = new (connection.plain === undefined ? BatchChannel : PlainChannel)(
      connection,
      (exit) => this.#exited(channel, exit),
      this.#events,
      this.#taskEvents,
      this.utilization,
    );
    this.#pending = undefined;
    this.#channel = channel;
    this.life = { up: true };
    // Those that came while it was coming up.
    for (const call of this.#kept.slice(connection.prepared ?? 0)) this.#keep(channel, call);
    this.#taskEvents.up();
    this.utilization.up();
    if (connection.monitor.ended) this.#exited(channel, connection.monitor.exit ?? { why: 'was ended' });
    else this.#events.changed();
  }

  /** The worker makes the call before its first task, or is no worker for this pool. */
  #keep(channel: WorkerChannel, call: Description): void {
    const outcome = (each: PromiseSettledResult<unknown>): void => {
      if (each.status === 'rejected')
        this.#exited(channel, { why: 'failed in a call that is kept for every worker', cause: [each.reason] });
    };
    this.calls.push(new EachCall(call, new Error('pool.each'), outcome));
  }

  /** What the worker was still to make, nobody does. */
  #dropCalls(): void {
    for (const call of this.calls.splice(0)) call.putBack([call.task]);
  }

  /**
   * The worker is gone. In this order:
   *
   * 1. the slot is free, so that whoever is told below finds no worker in it;
   * 2. the worker is ended, whatever it still does;
   * 3. its tasks fail or go back, which tells whether it had done anything;
   * 4. those who listen to events hear why, or else stderr, where no task has told it;
   * 5. the supervisor counts it, before anybody asks for another worker;
   * 6. the streams go on: they may unsubscribe, or close the pool;
   * 7. the dispatcher serves what went back.
   */
  #exited(channel: WorkerChannel, exit: ExitOf): void {
    // Once: what is done about the first reason may give others.
    if (this.#channel !== channel) return;
    this.#channel = undefined;
    this.life.up = false;
    const { connection } = channel;
    const { label, monitor } = connection;
    const ended = connection.kill();
    this.#dropCalls();
    const { attachments, delivered } = channel.fail(exit);
    const fruitless = channel.progress ? undefined : unstarted(exit, 'had begun any task', label);
    const error = monitor.exit === exit ? exited(exit, label) : undefined;
    // Who waits for a worker is told in the end, if none comes up.
    const unheard = !delivered && !this.#taskEvents.heard && attachments.size === 0;
    if (error !== undefined && exit.cause !== undefined && unheard) print(error);
    this.#taskEvents.gone(exit.exitCode, error);
    this.#events.exited(fruitless, ended, !this.retired);
    for (const { source } of attachments) source.proceed();
    this.#events.changed();
  }
}
