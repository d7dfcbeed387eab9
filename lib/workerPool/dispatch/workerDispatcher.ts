/** The dispatcher of a pool of workers: which stream a worker with room serves next. */
import { Dispatcher } from '../../pool/dispatcher.ts';
import { poolClosed } from '../../api/errors.ts';
import type { PoolStats } from '../../api/types/pool.ts';
import type { Description, TaskSource } from '../../pool/contract.ts';
import { cut } from '../../protocol/snapshot.ts';
import { EachCall } from './eachCall.ts';
import { KeyHomes } from './keyHomes.ts';
import { WorkerSlot } from './workerSlot.ts';
import type { WorkerFactory } from '../startup/workerConnection.ts';
import type { SlotEvents } from '../channel/slotEvents.ts';
import { WorkerAttachment, type WorkerAttachmentPool } from '../channel/workerAttachment.ts';
import type { BatchQueue } from '../channel/batchQueue.ts';
import type { WorkerChannel } from '../channel/workerChannel.ts';
import { Recall } from './recall.ts';
import { Supervisor } from './supervisor.ts';
import { WarmUps } from './warmUps.ts';

export interface WorkerPoolSettings {
  readonly size: number;
  /** Milliseconds after which an idle worker is ended; undefined: never. */
  readonly idleTimeout?: number | undefined;
  /** Tasks after which a worker is replaced; undefined: never. */
  readonly maxTasksPerWorker?: number | undefined;
  readonly name?: string | undefined;
  /** The name of the inline function that the workers run. */
  readonly inlineName?: string;
}

export class WorkerDispatcher extends Dispatcher<WorkerAttachment> implements WorkerAttachmentPool {
  readonly homes: KeyHomes = new KeyHomes();
  readonly #settings: WorkerPoolSettings;
  readonly #slots: WorkerSlot[] = [];
  readonly #supervisor: Supervisor;
  readonly #recall: Recall;
  /** Calls that each worker makes before its first task. */
  readonly #kept: Description[] = [];
  readonly #warmUps = new WarmUps();

  constructor(factory: WorkerFactory, settings: WorkerPoolSettings) {
    const { idleTimeout, name, size } = settings;
    super(size, () => poolClosed(name));
    this.#settings = settings;
    this.events.pool = name;
    if (settings.inlineName !== undefined) this.events.inlineName = settings.inlineName;
    const ofSlot: SlotEvents = {
      changed: () => this.pump(),
      ran: (latency, run, count) => this.times.record(latency, run, count),
      settled: (count, failures) => {
        this.counts.completed += count === 0 ? 0 : count - failures;
        this.counts.failed += failures;
      },
      failed: (error) => {
        this.#supervisor.failed(error);
        this.pump();
      },
      proved: () => this.#supervisor.proved(),
      exited: (...exit) => this.#supervisor.exited(...exit),
    };
    const newSlot = (): WorkerSlot => new WorkerSlot(this.#slots.length, factory, ofSlot, this.events, this.#kept);
    this.#supervisor = new Supervisor(this.#slots, newSlot, idleTimeout);
    this.#supervisor.resize(size);
    this.#recall = new Recall(this.#slots, this.roundRobin, () => this.pump());
  }

  override resize(size: number): void {
    this.#supervisor.resize(size);
    super.resize(size);
  }

  get starting(): number {
    return this.#supervisor.starting;
  }

  stats(): Omit<PoolStats, 'dropped' | 'paused'> {
    let workers = 0;
    let idle = 0;
    let running = 0;
    let taskTime = 0;
    let carryTime = 0;
    const busy: number[] = [];
    for (const { batches, utilization } of this.#slots) {
      taskTime += utilization.taskTime;
      carryTime += utilization.carryTime;
      if (batches === undefined) continue;
      workers++;
      if (batches.empty) idle++;
      for (const batch of batches) running += batch.end - batch.reported;
      busy.push(utilization.busy(batches.head));
    }
    return {
      workers,
      idle,
      running,
      ...this.counts,
      restarts: this.#supervisor.restarts,
      taskTime,
      carryTime,
      busy,
      ...this.times.summary,
    };
  }

  attach(source: TaskSource): WorkerAttachment {
    const attachment = this.add(new WorkerAttachment(source, this));
    this.#recall.ranked ||= attachment.priority !== 0;
    if (this.roundRobin.size === 1) this.#supervisor.tryAgain();
    return attachment;
  }

  hasRoomFor(attachment: WorkerAttachment): boolean {
    const waiting = attachment.waitingFor();
    if (this.couldStartFor(attachment, waiting + 1)) return true;
    if (waiting > 0) return false;
    return this.hasWorkerFor(attachment, (slot) => slot.waitingFor(attachment) === 0);
  }

  hasWorkerFor(attachment: WorkerAttachment, is: (slot: WorkerSlot) => boolean = () => true): boolean {
    return this.#slots.some(
      (slot) =>
        !slot.retired &&
        (slot.idle || slot.batches?.room === true) &&
        slot.serves(attachment) &&
        slot.servesNow(attachment) &&
        is(slot),
    );
  }

  couldStartFor({ source, slots }: WorkerAttachment, waiting: number): boolean {
    if (this.paused) return false;
    // Compared with all slots, since `attachment.slots` counts retired ones, too.
    return waiting <= Math.min(source.concurrency, this.#slots.length) - slots && this.#supervisor.lacking;
  }

  /** Makes the call on every worker that is up, and with `keep` on each later one. */
  each(call: Description, calledAt: Error, keep: boolean): Promise<PromiseSettledResult<unknown>[]> {
    if (this.closing !== undefined) return Promise.reject(poolClosed(this.#settings.name));
    cut(call.args);
    if (keep) this.#kept.push(call);
    const outcomes: Promise<PromiseSettledResult<unknown>>[] = [];
    for (const { calls, channel, retired } of this.#slots)
      if (channel !== undefined && !retired)
        outcomes.push(new Promise((resolve) => calls.push(new EachCall(call, calledAt, resolve))));
    this.pump();
    return Promise.all(outcomes);
  }

  /** Starts workers; resolves when this many are up. */
  warmUp(workers: number): Promise<void> {
    if (this.closing !== undefined) return Promise.reject(poolClosed(this.#settings.name));
    this.#supervisor.tryAgain();
    const warmUp = this.#warmUps.add(workers);
    this.pump();
    return warmUp;
  }

  protected override recall(): void {
    for (const { batches } of this.#slots) batches?.recall();
  }

  protected revoke(attachment: WorkerAttachment, from: number): void {
    for (const { channel } of this.#slots) channel?.cancel(attachment, from);
  }

  /** Sends tasks to every worker with room, idle ones first, and starts workers for the remaining tasks. */
  protected pass(): void {
    for (const slot of this.#slots) {
      if (!slot.idle) continue;
      if (this.#isOver(slot)) this.#supervisor.end(slot);
      else this.#serve(slot, slot.channel!);
    }
    this.#startMore();
    for (const slot of this.#slots) if (slot.batches?.room === true) this.#serve(slot, slot.channel!);
    this.#recall.makeWay();
  }

  #serve(slot: WorkerSlot, channel: WorkerChannel): void {
    const own = slot.calls.shift();
    if (own !== undefined) return channel.send(new WorkerAttachment(own, this), [own.task]);
    if (slot.retired) return;
    // A stream that needs an idle worker keeps its turn until this one is idle: streams of quick tasks would keep it busy.
    const attachment = this.roundRobin.next(slot);
    if (attachment === undefined) return;
    // The remaining tasks are divided among the workers, so that none ends long after the others.
    const share = Math.ceil(slot.waitingFor(attachment) / Math.min(this.size, attachment.source.concurrency));
    const timed = attachment.source.timeout === undefined ? Infinity : 1;
    const most = Math.min(
      attachment.sizer.size,
      attachment.source.batch,
      share,
      channel.most,
      timed,
      this.#remaining(channel.batches),
    );
    const tasks = attachment.source.inContext(() => attachment.take(most, slot.idle, slot.life));
    if (tasks.length === 0) {
      // Its source has ended: serve the next in turn.
      if (!attachment.alone && slot.waitingFor(attachment) === 0) this.#serve(slot, channel);
      return;
    }
    // `fn` is the user's: it may have unsubscribed, closed the pool, or paused it after the first tasks.
    if (attachment.detached) return;
    if (this.paused) attachment.putBack(tasks);
    else channel.send(attachment, tasks);
  }

  /** Whether an idle worker is to be ended: its slot is retired, or it has reached `maxTasksPerWorker`. */
  #isOver({ batches, calls, retired }: WorkerSlot): boolean {
    return retired ? calls.length === 0 : this.#remaining(batches!) <= 0;
  }

  /** How many more tasks this worker may have. */
  #remaining({ assigned }: BatchQueue): number {
    return (this.#settings.maxTasksPerWorker ?? Infinity) - assigned;
  }

  /** Starts a worker for each task that no worker is free for. */
  #startMore(): void {
    if (!this.#supervisor.lacking) return;
    const reason = this.#supervisor.hopeless;
    if (reason !== undefined) for (const { source } of this.roundRobin) source.error(reason);
    let wanted = Math.max(0, this.#warmUps.most - this.#supervisor.up);
    for (const attachment of this.roundRobin.waiting()) {
      const waiting = attachment.waitingFor();
      // It had no room to fetch before; since then a worker has ended, and another can start in its place.
      if (waiting === 0 && attachment.source.canFetch === true && attachment.hungry)
        this.roundRobin.fetchNext(attachment);
      wanted += Math.min(waiting, attachment.source.concurrency - attachment.slots);
      if (wanted >= this.size) break;
    }
    this.#supervisor.start(wanted);
  }

  /** Updates which workers keep the process alive, the idle timeouts, the pending `warmUp` calls, and the recall. */
  protected override afterPass(): void {
    const waiting = this.#waits();
    const warmUps = this.#warmUps;
    if (warmUps.most > 0)
      if (this.closing === undefined) warmUps.settle(this.#supervisor.up, this.size, this.#supervisor.exhausted);
      else warmUps.settle(0, 1, poolClosed(this.#settings.name));
    const warming = warmUps.most > 0;
    for (const slot of this.#slots) {
      // A closing pool keeps the process alive: the caller of `close` waits for it.
      slot.hold(
        !slot.idle &&
          (waiting || warming || slot.calls.length > 0 || slot.batches?.wanted === true || this.closing !== undefined),
      );
      this.#supervisor.watchIdle(slot, warming);
    }
    this.#recall.schedule();
  }

  /** A worker with a cancelled task is waited for, unless the pool was closed without draining. */
  protected end(): Promise<void> | undefined {
    for (const slot of this.#slots)
      if (this.closing === 'now' || (slot.calls.length === 0 && slot.batches?.done !== false))
        this.#supervisor.end(slot);
    if (this.#slots.some(({ state }) => state !== 'down')) return undefined;
    this.#recall.stop();
    return this.#supervisor.gone();
  }

  /** Whether a stream has a task for a worker, or would fetch one if a worker had room. */
  #waits(): boolean {
    for (const { source } of this.roundRobin.waiting())
      if (source.waiting() > 0 || source.canFetch === true) return true;
    return false;
  }
}
