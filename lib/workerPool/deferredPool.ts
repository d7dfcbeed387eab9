/** A pool whose code is still being fetched: streams attach at once, and are passed to the actual pool when it is there. */
import { inNoContext } from '#platform';
import { queueMicrotask } from '../primitives/clock.ts';
import { WorkerInitError, poolClosed } from '../api/errors.ts';
import type { PoolStats } from '../api/types/pool.ts';
import type { Attachment, ClosablePool, Description, EventListener, TaskSource } from '../pool/contract.ts';
import type { PrestartedWorker } from './prestartedWorker.ts';

const NOTHING_YET: Omit<PoolStats, 'dropped' | 'paused'> = {
  workers: 0,
  idle: 0,
  running: 0,
  completed: 0,
  failed: 0,
  restarts: 0,
  taskTime: 0,
  carryTime: 0,
  busy: [],
  wait: { p50: 0, p99: 0, max: 0 },
  run: { p50: 0, p99: 0, max: 0 },
};

export class DeferredPool implements ClosablePool {
  readonly #fetch: () => Promise<ClosablePool>;
  readonly #name: string | undefined;
  readonly #prestarted: PrestartedWorker | undefined;
  #pool: ClosablePool | undefined;
  #fetching = false;
  #paused = false;
  #size: number;
  readonly #waiting = new Set<Waiting>();
  /** Calls that wait for the actual pool. */
  readonly #asking = new Set<{ resolve(pool: ClosablePool): void; reject(error: Error): void }>();
  /** The listeners to events, each with the function that removes it. */
  readonly #listeners = new Map<EventListener, () => void>();
  /** Resolves `#ended`; undefined until the pool is closed. */
  #end: (() => void) | undefined;
  #ended: Promise<void> | undefined;

  /**
   * `fetch` loads the actual pool: now, and again when a stream or call comes after that has failed. `prestarted` starts its
   * worker as soon as a task waits.
   */
  constructor(fetch: () => Promise<ClosablePool>, size: number, name?: string, prestarted?: PrestartedWorker) {
    this.#fetch = fetch;
    this.#size = size;
    this.#name = name;
    this.#prestarted = prestarted;
    this.#begin();
  }

  listen(listener: EventListener): () => void {
    if (this.#pool !== undefined) return this.#pool.listen(listener);
    if (this.#ended !== undefined && this.#waiting.size === 0) listener.complete();
    else this.#listeners.set(listener, () => this.#listeners.delete(listener));
    return () => this.#listeners.get(listener)?.();
  }

  get size(): number {
    return this.#pool?.size ?? this.#size;
  }

  resize(size: number): void {
    this.#size = size;
    this.#pool?.resize(size);
  }

  /** Before the actual pool is there, all of its workers count as starting. */
  get starting(): number {
    return this.#pool === undefined ? this.size : (this.#pool.starting ?? 0);
  }

  stats(): Omit<PoolStats, 'dropped' | 'paused'> {
    return this.#pool?.stats() ?? NOTHING_YET;
  }

  attach(source: TaskSource): Attachment {
    if (this.#pool !== undefined) return this.#pool.attach(source);
    if (this.#ended !== undefined) throw poolClosed(this.#name);
    const attachment = new Waiting(source, () => {
      this.#waiting.delete(attachment);
      this.#endIfUnused();
    });
    this.#waiting.add(attachment);
    this.#begin();
    // Most sources have pushed their first value by then.
    queueMicrotask(() => {
      if (this.#waiting.has(attachment) && source.waiting() > 0 && !this.#paused)
        inNoContext(() => this.#prestarted?.begin());
    });
    return attachment;
  }

  async each(call: Description, calledAt: Error, keep: boolean): Promise<PromiseSettledResult<unknown>[]> {
    return (await this.#whenOpen()).each(call, calledAt, keep);
  }

  async warmUp(workers: number): Promise<void> {
    return (await this.#whenOpen()).warmUp(workers);
  }

  get paused(): boolean {
    return this.#pool?.paused ?? this.#paused;
  }

  pause(): void {
    if (this.#pool !== undefined) this.#pool.pause();
    else this.#paused = this.#ended === undefined;
  }

  resume(): void {
    this.#paused = false;
    this.#pool?.resume();
  }

  close(drain: boolean): Promise<void> {
    if (this.#pool !== undefined) return this.#pool.close(drain);
    this.#paused = false;
    this.#ended ??= new Promise((resolve) => (this.#end = resolve));
    const reason = poolClosed(this.#name);
    for (const { source } of this.#waiting)
      if (drain) source.closing(reason);
      else source.error(reason);
    this.#refuse(reason);
    this.#endIfUnused();
    return this.#ended;
  }

  #begin(): void {
    if (this.#fetching) return;
    this.#fetching = true;
    this.#fetch().then(
      (pool) => this.#open(pool),
      (cause: unknown) => {
        this.#fetching = false;
        this.#prestarted?.drop();
        const of = this.#name === undefined ? '' : ` of the pool "${this.#name}"`;
        const error = new WorkerInitError(`What runs the workers${of} could not be fetched: ${String(cause)}`, {
          cause,
        });
        // A copy: a stream that is subscribed to again within `error` waits for the next fetch.
        for (const { source } of [...this.#waiting]) source.error(error);
        this.#refuse(error);
      },
    );
  }

  /** Resolves with the actual pool when it is there. */
  #whenOpen(): Promise<ClosablePool> {
    if (this.#pool !== undefined) return Promise.resolve(this.#pool);
    if (this.#ended !== undefined) return Promise.reject(poolClosed(this.#name));
    this.#begin();
    this.#prestarted?.begin();
    return new Promise((resolve, reject) => this.#asking.add({ resolve, reject }));
  }

  #open(pool: ClosablePool): void {
    this.#pool = pool;
    if (this.#size !== pool.size) pool.resize(this.#size);
    if (this.#paused) pool.pause();
    for (const listener of this.#listeners.keys()) this.#listeners.set(listener, pool.listen(listener));
    // Iterated live: `fn` is the user's, and the first stream to attach may end others.
    for (const attachment of this.#waiting) attachment.enter(pool);
    this.#waiting.clear();
    for (const { resolve } of this.#asking) resolve(pool);
    this.#asking.clear();
    this.#prestarted?.drop();
    if (this.#ended !== undefined) void pool.close(true).then(this.#end);
  }

  #refuse(error: Error): void {
    for (const { reject } of this.#asking) reject(error);
    this.#asking.clear();
  }

  /** Ends a closed pool without streams; its code need not have been fetched. */
  #endIfUnused(): void {
    if (this.#ended === undefined || this.#waiting.size > 0) return;
    this.#prestarted?.drop();
    for (const listener of this.#listeners.keys()) listener.complete();
    this.#end?.();
  }
}

/** A stream's attachment to the deferred pool; forwards to the actual one once there is one. */
class Waiting implements Attachment {
  readonly source: TaskSource;
  readonly #onLeave: () => void;
  #attachment: Attachment | undefined;

  constructor(source: TaskSource, onLeave: () => void) {
    this.source = source;
    this.#onLeave = onLeave;
  }

  get hungry(): boolean {
    return this.#attachment?.hungry ?? false;
  }

  /** True until `enter`, which lets the stream proceed. */
  get queued(): boolean {
    return this.#attachment === undefined || (this.#attachment.queued ?? !this.#attachment.hungry);
  }

  get ahead(): number {
    return this.#attachment?.ahead ?? 1;
  }

  enter(pool: ClosablePool): void {
    try {
      this.#attachment = pool.attach(this.source);
    } catch (error) {
      return this.source.error(error);
    }
    this.source.proceed();
  }

  own(call: Description): Description {
    if (this.#attachment !== undefined) return this.#attachment.own?.(call) ?? call;
    // By the host: our faster copying is not fetched yet. A call that cannot be cloned or moved fails at the actual pool.
    try {
      return structuredClone({ ...call }, call as never);
    } catch {
      return call;
    }
  }

  wake(): void {
    this.#attachment?.wake();
  }

  cancel(from: number): void {
    this.#attachment?.cancel(from);
  }

  leave(): void {
    if (this.#attachment === undefined) this.#onLeave();
    else this.#attachment.leave();
  }
}
