/** Workers that a spec plays, message by message: what they were sent, what becomes of it, and when they come and go. */
import { setImmediate as turn } from 'node:timers/promises';
import type { WorkerPool } from '../../lib/index.ts';
import { replaceClock } from '../../lib/primitives/clock.ts';
import { publicPool } from '../../lib/publicPool/publicPool.ts';
import type { WorkerExit } from '../../lib/workerPool/startup/workerExit.ts';
import type { WorkerMonitor } from '../../lib/workerPool/startup/workerMonitor.ts';
import { type WorkerPoolSettings, WorkerDispatcher } from '../../lib/workerPool/dispatch/workerDispatcher.ts';
import type { WorkerConnection, PendingWorker } from '../../lib/workerPool/startup/workerConnection.ts';
import { BEGUN, CELL, CLAIM, DONE, SLOTS, WorkerCell, nextOf } from '../../lib/protocol/batchCell.ts';
import { ASK, CANCEL, type CancelMessage, REPLY, RUN, type RunMessage } from '../../lib/protocol/messages.ts';

export interface EchoApi {
  echo(value: unknown): unknown;
}

/** Ours; ours where no memory is shared; or one that knows nothing of batches, and is called by threads.js. */
type Kind = 'ours' | 'unshared' | 'plain';

export class FakeWorker {
  /** Messages that it has not answered. */
  readonly runs: RunMessage[] = [];
  /** How many tasks each message carried. */
  readonly counts: number[] = [];
  /** Where which message was cut, as `id:end`, and whether because its time was up. */
  readonly cuts: string[] = [];
  readonly cells: Int32Array = new Int32Array(new SharedArrayBuffer(4 * CELL * SLOTS));
  readonly opening: PendingWorker;
  held = true;
  gone: 'given up' | 'ended' | 'killed' | undefined;
  /** Messages that were passed on to threads.js. */
  readonly delivered: unknown[] = [];
  /** A message that cannot be posted throws this. */
  refuses: Error | undefined;
  readonly monitor: WorkerMonitor;
  /** What its end waits for. */
  ending: Promise<void> = Promise.resolve();
  /** Calls that a plain worker has not answered. */
  readonly calls: { readonly value: unknown; resolve(value: unknown): void; reject(error: unknown): void }[] = [];
  /** When it was last sent a message, ms since the epoch. */
  sent = 0;
  readonly #kind: Kind;
  #reported = 0;
  #up!: (link: WorkerConnection) => void;
  #failed!: (error: unknown) => void;

  constructor(kind: Kind) {
    this.#kind = kind;
    this.monitor = {
      ended: false,
      onMessage() {},
      onExit() {},
      post: (message: RunMessage | CancelMessage) => this.#post(message),
      fail: (exit: WorkerExit) => this.die(exit),
    } as never;
    const ready = new Promise<WorkerConnection>((resolve, reject) => {
      this.#up = resolve;
      this.#failed = reject;
    });
    this.opening = {
      ready,
      hold: (alive) => void (this.held = alive),
      end: async () => void (this.gone = 'given up'),
    };
  }

  readonly #called = (value: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => void this.calls.push({ value, resolve, reject }));

  async up(): Promise<void> {
    this.#up({
      monitor: this.monitor,
      label: '',
      plain: this.#kind === 'plain' ? { echo: this.#called } : undefined,
      cells: this.#kind === 'ours' ? this.cells : undefined,
      hold: (alive) => void (this.held = alive),
      deliver: (data) => void this.delivered.push(data),
      end: () => this.#end('ended'),
      kill: () => this.#end('killed'),
    });
    await turn();
  }

  async fail(error: Error): Promise<void> {
    this.#failed(error);
    await turn();
  }

  /** The index of the first task of each message that is not answered. */
  get has(): unknown[] {
    return this.runs.map(({ args }) => args[0]);
  }

  /** Begins the next task of its first message; whether there was one. */
  begin(): boolean {
    const { cellIndex, count } = this.runs[0]!;
    const cell = new WorkerCell(this.cells, cellIndex, count);
    if (this.cells[this.#at + BEGUN]! < 0) cell.open();
    return cell.claim() >= 0;
  }

  /** The task that runs asks for its signal. */
  ask(): void {
    const { id, cellIndex, count } = this.runs[0]!;
    if (this.#kind === 'ours') new WorkerCell(this.cells, cellIndex, count).ask();
    else this.monitor.onMessage({ type: ASK, id });
  }

  /** The task that was begun has ended; its outcome is not sent. */
  end(): void {
    this.cells[this.#at + DONE]!++;
  }

  /** Sends the outcomes of what has begun: what each was given, unless `failed`. */
  async reply({ failed = [] as readonly number[], last = false, ms = 0 } = {}): Promise<void> {
    this.waitForTimes();
    const { args, id, timed } = this.runs[0]!;
    const begun = nextOf(this.cells[this.#at + CLAIM]!);
    const from = this.#reported;
    const values = [...args]
      .slice(from, begun)
      .map((value, at) => (failed.includes(at) ? { kind: 'value', value: `failed ${String(value)}` } : value));
    this.cells[this.#at + DONE] = begun;
    this.#reported = last ? 0 : begun;
    if (last) this.runs.shift();
    // The first begins 10 µs after the message was sent and ends at 11, the second begins at 20, …
    const times = timed
      ? Float64Array.from(values.flatMap((_, at) => [10, 11].map((time) => this.timeAt(time + 10 * (from + at)))))
      : undefined;
    this.monitor.onMessage({ type: REPLY, id, from, values, failed, ms, packing: 0, last, times });
    await turn();
  }

  /** Runs its first message to the end, in `ms` a task. */
  async run(ms: number = 0): Promise<void> {
    while (this.begin());
    await this.reply({ last: true, ms: ms * this.runs[0]!.count });
  }

  /** The time `us` µs after the last message was sent. */
  timeAt(us: number): number {
    return this.sent + us / 1000;
  }

  /** Waits until the times that `reply` reports are past. */
  waitForTimes(): void {
    while (performance.timeOrigin + performance.now() < this.timeAt(200));
  }

  die(exit: WorkerExit = { why: 'died' }): void {
    if (this.monitor.ended) return;
    Object.assign(this.monitor, { ended: true });
    this.monitor.onExit(exit);
  }

  #end(how: 'ended' | 'killed'): Promise<void> {
    this.gone = how;
    return this.ending;
  }

  get #at(): number {
    return this.runs[0]!.cellIndex * CELL;
  }

  #post(message: RunMessage | CancelMessage): void {
    if (this.refuses !== undefined) throw this.refuses;
    if (message.type === CANCEL)
      this.cuts.push(
        `${this.runs.findIndex(({ id }) => id === message.id)}:${message.end}${message.late ? ' late' : ''}`,
      );
    if (message.type !== RUN) return;
    this.sent = performance.timeOrigin + performance.now();
    this.runs.push(message);
    this.counts.push(message.count);
  }
}

/** A pool of them. */
export class FakeWorkers {
  readonly workers: FakeWorker[] = [];
  readonly slots: WorkerDispatcher;
  readonly pool: WorkerPool<EchoApi>;

  constructor(settings: WorkerPoolSettings, kind: Kind = 'ours') {
    const open = (): PendingWorker => {
      const worker = new FakeWorker(kind);
      this.workers.push(worker);
      return worker.opening;
    };
    this.slots = new WorkerDispatcher({ open }, settings);
    this.pool = publicPool<EchoApi>(this.slots);
  }

  async up(): Promise<void> {
    for (const worker of this.workers) await worker.up();
  }
}

/** Time that passes when the spec says so, for this library alone. */
export class Time implements Disposable {
  readonly #sideEffects: ReturnType<typeof replaceClock>;
  readonly #timers = new Map<unknown, { readonly at: number; readonly act: () => void }>();
  #now = 1e12;

  constructor() {
    const set = (act: () => void, ms: number): unknown => {
      const timer = { unref() {} };
      // As the hosts do: what is too long fires at once.
      this.#timers.set(timer, { at: this.#now + (ms < 2 ** 31 ? ms : 1), act });
      return timer;
    };
    const clear = (timer: unknown): void => {
      if (!this.#timers.delete(timer)) this.#sideEffects.clearTimeout(timer as never);
    };
    this.#sideEffects = replaceClock({
      setTimeout: set as never,
      clearTimeout: clear,
      wallClock: () => this.#now,
    });
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** `ms` pass; resolves when what has come in the meantime was dealt with. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined) break;
      const [timer, { at, act }] = next;
      this.#now = Math.max(this.#now, at);
      this.#timers.delete(timer);
      act();
      await turn();
    }
    this.#now = end;
  }

  [Symbol.dispose](): void {
    replaceClock(this.#sideEffects);
  }
}
