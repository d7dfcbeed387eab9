/** A slot for one worker at a time, which is started on demand and replaced after it has died. */
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
  /** Whether the slot is beyond the size of the pool: its worker gets no more tasks, and is ended when idle. */
  retired = false;
  readonly #factory: WorkerFactory;
  readonly #events: SlotEvents;
  readonly #taskEvents: TaskEvents;
  readonly utilization: Utilization = new Utilization();
  #pending: PendingWorker | undefined;
  #channel: WorkerChannel | undefined;
  #held = true;
  /** The life of the worker that is up, or was last. */
  life: Life = { up: false };
  readonly #kept: readonly Description[];
  /** Calls of `pool.each` that the worker has to make before further tasks. */
  readonly calls: EachCall[] = [];

  /** `kept`: calls that each worker makes before its first task; the array may grow. */
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

  /** The channel of the worker; undefined unless one is up. */
  get channel(): WorkerChannel | undefined {
    return this.#channel;
  }

  /** The batches of that worker. */
  get batches(): BatchQueue | undefined {
    return this.#channel?.batches;
  }

  /** Whether the worker is up and has no batch. */
  get idle(): boolean {
    return this.#channel?.batches.empty === true;
  }

  /** Orders slots by how little they have to do: down, starting, idle, then by the age of the batch that runs, oldest first. */
  get since(): number {
    const { state } = this;
    return state === 'down' ? -3 : state === 'starting' ? -2 : (this.batches!.head?.id ?? -1);
  }

  /** Whether the stream may use this slot within its `concurrency`, now or when the worker is idle. */
  serves(attachment: WorkerAttachment): boolean {
    if (attachment.slots < attachment.source.concurrency) return true;
    return this.batches?.has(attachment) === true;
  }

  /**
   * Whether the next tasks of this stream may be sent now. A busy worker gets only tasks that are known to be quick, and none
   * behind a task of a lower priority.
   */
  servesNow({ alone, priority, sizer, source }: WorkerAttachment): boolean {
    if (this.idle) return true;
    return !alone && source.timeout === undefined && sizer.small && this.batches!.lowest >= priority;
  }

  /** How many waiting tasks of this stream the worker may run. */
  waitingFor(attachment: WorkerAttachment): number {
    return attachment.waitingFor(this.life);
  }

  /** While the slot is retired its worker is no home: the keys of its tasks are free for any worker. */
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

  /** Ends the worker, also in the middle of a task. */
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

  /** Whether the worker keeps the process alive: only while it is waited for. */
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
    // Calls that were kept while the worker was starting.
    for (const call of this.#kept.slice(connection.prepared ?? 0)) this.#keep(channel, call);
    this.#taskEvents.up();
    this.utilization.up();
    if (connection.monitor.ended) this.#exited(channel, connection.monitor.exit ?? { why: 'was ended' });
    else this.#events.changed();
  }

  /** Has the worker make a kept call before its first task; if the call fails, the worker is ended. */
  #keep(channel: WorkerChannel, call: Description): void {
    const outcome = (each: PromiseSettledResult<unknown>): void => {
      if (each.status === 'rejected')
        this.#exited(channel, { why: 'failed in a call that is kept for every worker', cause: [each.reason] });
    };
    this.calls.push(new EachCall(call, new Error('pool.each'), outcome));
  }

  /** Fails the calls of `pool.each` that the worker did not make. */
  #dropCalls(): void {
    for (const call of this.calls.splice(0)) call.putBack([call.task]);
  }

  /**
   * The worker has ended, or has to be ended. In this order:
   *
   * 1. the slot becomes free, so that no code that is called below finds a worker in it;
   * 2. the worker is ended, also in the middle of a task;
   * 3. its tasks fail or are put back, which shows whether it had begun any;
   * 4. the exit is emitted as an event; without listeners, and if no task has failed with the reason, it is printed to stderr;
   * 5. the supervisor counts the exit, before another worker is asked for;
   * 6. the streams proceed: they may unsubscribe, or close the pool;
   * 7. the dispatcher serves the tasks that were put back.
   */
  #exited(channel: WorkerChannel, exit: ExitOf): void {
    // Only once: dealing with the first exit may cause others.
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
    // Streams that wait for a worker get the reason later, if no other comes up.
    const unheard = !delivered && !this.#taskEvents.heard && attachments.size === 0;
    if (error !== undefined && exit.cause !== undefined && unheard) print(error);
    this.#taskEvents.gone(exit.exitCode, error);
    this.#events.exited(fruitless, ended, !this.retired);
    for (const { source } of attachments) source.proceed();
    this.#events.changed();
  }
}
