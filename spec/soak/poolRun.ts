/** One pool of a round with its streams: opened, assaulted, closed under them and made anew as its plan says. */
import { PoolClosedError, WorkerCrashedError, WorkerInitError } from 'rxjs-parallel';
import type { Script } from './deeds.ts';
import type { Ledger } from './ledger.ts';
import { holdsSource } from './log.ts';
import { spares } from './draw.ts';
import { describe, inDanger } from './model.ts';
import type { PolicyPlan, PoolPlan } from './plan.ts';
import { type OpenPool, openPool } from './pools.ts';
import type { Report } from './report.ts';
import { StreamRun } from './streamRun.ts';
import type { Fate } from './verdict.ts';
import { assault, until } from './watch.ts';

/** How long a pool may need, in ms, until cancelled tasks have ended and all its workers are idle. */
const SETTLE = 20_000;

export class PoolRun {
  readonly plan: PoolPlan;
  readonly streams: readonly StreamRun[];
  readonly #script: Script;
  readonly #report: Report;
  readonly #problems: string[] = [];
  readonly #ends: Promise<unknown>[] = [];
  open: OpenPool;
  /** What the plan has still to do, and calls that have not come back. */
  #pending = 0;
  /** Of these the calls of the whole pool, by name. */
  readonly calls: string[] = [];
  #assaults = 0;
  #deaths = 0;
  #closed = false;

  constructor(plan: PoolPlan, ledger: Ledger, script: Script, report: Report) {
    this.plan = plan;
    this.#script = script;
    this.#report = report;
    this.streams = plan.streams.map((stream) => new StreamRun(stream, plan, ledger, script));
    this.open = openPool(plan, script);
  }

  get over(): boolean {
    return this.#pending === 0 && this.streams.every(({ log }) => log.end !== undefined);
  }

  get fate(): Fate {
    return {
      deaths: this.open.deaths() + this.#deaths,
      assaults: this.#assaults,
      badStarts: this.plan.badStarts.length,
    };
  }

  start(): void {
    const { assaults, badStarts, calls, callsAtOnce, close, policies, rounds, warmUps } = this.plan;
    for (const stream of this.streams)
      this.#after(stream.plan.startAt, () => {
        if (this.#closed) stream.log.closed = { drain: true, arrived: 0, sourceDone: false };
        stream.start(this.open.workers);
      });
    assaults.forEach((at, nth) => this.#after(at, () => this.#assault(nth)));
    calls.forEach((at, nth) =>
      this.#after(at, () => {
        for (let each = 0; each < callsAtOnce; each++) this.#call(nth * callsAtOnce + each);
      }),
    );
    for (const { at, keep } of rounds) this.#after(at, () => this.#each(keep));
    for (const { at, workers } of warmUps) this.#after(at, () => this.#warmUp(workers));
    for (const policy of policies) this.#after(policy.at, () => this.#apply(policy));
    if (close !== undefined) this.#after(close.at, () => this.#close(close.drain, close.cut, close.again));
    this.#report.injected('bad start', badStarts.length);
  }

  /** Waits until nothing goes on in the pool; returns what was wrong with it. */
  async untilIdle(): Promise<readonly string[]> {
    // What runs on the calling thread goes on when its pool is closed at once, and the pool is closed when it has ended.
    let ended = false;
    void Promise.all(this.#ends).then(() => (ended = true));
    const idle = (): boolean => {
      if (this.#closed) return ended;
      const stats = this.open.stats();
      return stats === undefined || (stats.running === 0 && stats.idle === stats.workers);
    };
    if (!(await until(idle, SETTLE))) this.#problems.push(`it is not idle: ${JSON.stringify(this.open.stats())}`);
    // A generator that waits closes when it comes to its next value.
    await until(() => !this.streams.some(({ log }) => holdsSource(log)), 1000);
    // Streams of a threads.js Pool error when its last thread is given up, before that has ended.
    if (this.plan.kind === 'leased' && this.streams.some(({ log }) => log.error instanceof WorkerInitError))
      await until(() => this.open.deaths() >= this.plan.size, 1000);
    const workers = this.open.stats()?.workers ?? 0;
    if (workers > this.plan.size) this.#problems.push(`it has ${workers} workers`);
    return [...this.#problems, ...this.open.problems()];
  }

  /** Closes it, if need be, and waits for all that was closed before; what was wrong with its workers' hooks. */
  async end(): Promise<readonly string[]> {
    const { open } = this;
    this.#ends.push(open.close(this.plan.drainLast));
    await Promise.all(this.#ends);
    const { setUp = 0, tornDown = 0, cutOff = 0 } = open.hooks?.() ?? {};
    const missed = setUp - tornDown;
    const wrong = missed < 0 || (missed > cutOff && this.#peaceful && this.plan.drainLast);
    return wrong ? [`${setUp} workers were set up, ${tornDown} torn down, and ${cutOff} cut off`] : [];
  }

  /** Whether none of its workers may have been ended in the middle of something. */
  get #peaceful(): boolean {
    const { assaults, badStarts, close, streams } = this.plan;
    return assaults.length === 0 && badStarts.length === 0 && close === undefined && streams.every(spares);
  }

  #each(keep: boolean): void {
    this.#report.injected('call on every worker', 1);
    this.#watchCall('pool.each', this.open.each!(keep), (outcomes: PromiseSettledResult<number>[]) => {
      const threads = outcomes.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
      const up = threads.filter((thread) => thread !== undefined);
      if (new Set(up).size < up.length) return `called a worker twice: ${up.join()}`;
      const rejected = outcomes.find((each) => each.status === 'rejected');
      return rejected === undefined || !this.#peaceful ? undefined : `failed: ${describe(rejected.reason)}`;
    });
  }

  #warmUp(workers: number): void {
    this.#report.injected('warmed up', 1);
    const { idleTimeout, maxTasksPerWorker, policies } = this.plan;
    const stay = idleTimeout === undefined && maxTasksPerWorker === undefined && policies.length === 0;
    this.#watchCall('pool.warmUp', this.open.warmUp!(workers), () => {
      const up = this.open.stats()!.workers;
      return up >= workers || !stay || !this.#peaceful ? undefined : `came back with ${up} of ${workers} workers`;
    });
  }

  /** Counts the call as pending until it has an outcome, and notes what is wrong with that. */
  #watchCall<T>(what: string, called: Promise<T>, problemOf: (value: T) => string | undefined): void {
    this.#pending++;
    this.calls.push(what);
    const wasClosed = this.#closed;
    const ended = (problem: string | undefined): void => {
      this.#pending--;
      this.calls.splice(this.calls.indexOf(what), 1);
      if (problem !== undefined) this.#problems.push(`${what} ${problem}`);
    };
    called.then(
      (value) => ended(problemOf(value)),
      (error: unknown) => ended(this.#mayFail(error, wasClosed) ? undefined : `failed: ${describe(error)}`),
    );
  }

  #after(ms: number, act: () => void): void {
    this.#pending++;
    setTimeout(() => {
      this.#pending--;
      act();
    }, ms);
  }

  #apply(given: PolicyPlan): void {
    const { policy } = this.open;
    this.#report.injected(given.kind === 'pause' ? 'paused' : 'resized', 1);
    if (given.kind === 'resize') return policy!.resize(given.size);
    policy!.pause();
    this.#after(given.ms, () => policy!.resume());
  }

  #assault(nth: number): void {
    const alive = this.open.victims.filter(({ threadId }) => threadId > 0);
    const victim = alive[nth % Math.max(alive.length, 1)];
    if (victim === undefined) return;
    this.#assaults++;
    this.#report.injected('terminated from outside', 1);
    assault(victim);
  }

  #close(drain: boolean, cut: number | undefined, again: boolean): void {
    this.#note(drain);
    this.#closed = true;
    const { open } = this;
    this.#report.injected(drain ? 'closed, draining' : 'closed at once', 1);
    const closed = open.close(drain);
    this.#ends.push(closed);
    let done = false;
    if (cut !== undefined)
      this.#after(cut, () => {
        if (done) return;
        this.#note(false);
        this.#ends.push(open.close(false));
      });
    if (!again) return;
    this.#pending++;
    const renew = (): void => {
      done = true;
      this.#pending--;
      this.#deaths += open.deaths();
      this.#problems.push(...open.problems());
      this.open = openPool(this.plan, this.#script);
      this.#closed = false;
    };
    closed.then(renew, (error: unknown) => this.#problems.push(`close() failed: ${describe(error)}`));
  }

  /** Writes down what each live stream had when the pool was closed under it. */
  #note(drain: boolean): void {
    for (const { live, log } of this.streams)
      if (live)
        log.closed =
          log.closed === undefined
            ? { drain, arrived: log.arrived, sourceDone: log.sourceDone }
            : { ...log.closed, drain };
  }

  #call(nth: number): void {
    this.#pending++;
    const wasClosed = this.#closed;
    const ended = (problem: string | undefined): void => {
      this.#pending--;
      if (problem !== undefined) this.#problems.push(`call ${nth} ${problem}`);
    };
    Promise.resolve()
      .then(() => this.open.call(nth))
      .then(
        (value) => ended(value === nth ? undefined : `gave ${String(value)}`),
        (error: unknown) => ended(this.#mayFail(error, wasClosed) ? undefined : `failed: ${describe(error)}`),
      );
  }

  #mayFail(error: unknown, wasClosed: boolean): boolean {
    const { assaults, close, kind, streams } = this.plan;
    if (error instanceof PoolClosedError) return wasClosed || close !== undefined;
    if (kind === 'leased') return close !== undefined;
    if (error instanceof WorkerInitError) return this.#assaults + this.plan.badStarts.length >= 3;
    return (
      error instanceof WorkerCrashedError &&
      (assaults.length > 0 || streams.some((stream) => inDanger(stream, this.plan)))
    );
  }
}
