/** One stream of a round: built from its plan, subscribed, and written down. */
import { Observable, type OperatorFunction, type Subscription, take } from 'rxjs';
import {
  type TaskReport,
  Transfer,
  parallelConcatMap,
  parallelFlatMapIterable,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
  parallelMergeMap,
} from 'rxjs-parallel';
import { SoakError } from './deeds.ts';
import { withoutFillers } from './fillers.ts';
import type { Ledger } from './ledger.ts';
import { type Log, newLog } from './log.ts';
import { type PoolPlan, type StreamPlan, deedOf, indexOf } from './plan.ts';
import { bytesOf, pulled, pushed } from './source.ts';

type Remote = Record<
  'number' | 'many' | 'pair' | 'object' | 'moved' | 'shared' | 'pass',
  (...args: unknown[]) => unknown
>;
type Operator = (fn: unknown, workers: unknown, options: object) => OperatorFunction<unknown, unknown>;
type Iterate = (source: unknown, fn: unknown, workers: unknown, options: object) => AsyncIterableIterator<unknown>;
const operatorOf = ({ many, ordered }: StreamPlan): Operator =>
  (many ? (ordered ? parallelConcatMap : parallelMergeMap) : ordered ? parallelMap : parallelMapUnordered) as never;

/** What an iterator gives, asked for one by one; closed when nobody wants more. */
const iterated = (results: AsyncIterableIterator<unknown>): Observable<unknown> =>
  new Observable((subscriber) => {
    const iterate = async (): Promise<void> => {
      for await (const value of results) {
        // The subscriber may have left between the moment in which the value was there and this one.
        if (subscriber.closed) return;
        subscriber.next(value);
      }
      if (!subscriber.closed) subscriber.complete();
    };
    // An error that comes when its source has closed may meet a subscriber that has left meanwhile.
    iterate().catch((error: unknown) => {
      if (!subscriber.closed) subscriber.error(error);
    });
    return () => void results.return?.();
  });

/** Runs in the inline workers as text: it has nothing but its arguments. */
const inlineAct = (
  input: unknown,
  _index: number,
  context: { deeds: string; script: unknown } | { number(code: unknown): unknown },
): unknown => {
  const scope = globalThis as { soak?: { api: { number(code: unknown): unknown }; follow(script: unknown): void } };
  const code = typeof input === 'object' ? (input as { code: number }).code : input;
  if ('number' in context) return context.number(code);
  if (scope.soak !== undefined) return scope.soak.api.number(code);
  // Compilers put a helper of their own around an import() whose name is not literal.
  // oxlint-disable-next-line typescript/no-implied-eval
  const load = new Function('name', 'return import(name)') as (name: string) => Promise<NonNullable<typeof scope.soak>>;
  return load(context.deeds).then((module) => {
    scope.soak = module;
    module.follow(context.script);
    return module.api.number(code);
  });
};

/** The same, before the first task. */
const inlineSetup = async (context: { deeds: string; script: unknown }): Promise<object> => {
  const scope = globalThis as { setUp?: boolean };
  if (scope.setUp === true) throw new Error('It was set up twice');
  scope.setUp = true;
  // oxlint-disable-next-line typescript/no-implied-eval
  const load = new Function('name', 'return import(name)') as (name: string) => Promise<{
    api: { number(code: unknown): unknown };
    follow(script: unknown): void;
  }>;
  const { api, follow } = await load(context.deeds);
  follow(context.script);
  return api;
};

/** In each way in which it can be said. */
const retryOf = (retry: StreamPlan['options']['retry']): unknown =>
  retry?.delay === 0
    ? retry.times
    : retry?.delay === 1
      ? { ...retry, delay: (attempt: number) => attempt, when: () => true }
      : retry;

/** One of so many keys. */
const keyOf = (input: unknown, keys: number): number =>
  indexOf(typeof input === 'object' ? (input as { code: number }).code : (input as number)) % keys;

export class StreamRun {
  readonly plan: StreamPlan;
  readonly pool: PoolPlan;
  readonly log: Log = newLog();
  readonly #ledger: Ledger;
  readonly #script: unknown;
  readonly #abort = new AbortController();
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  /** Given to every task of a stream whose form is `shared`. */
  readonly #shared = { tags: [] };
  #subscription: Subscription | undefined;
  /** The last task of each key that has given its result. */
  readonly #lastOf = new Map<number, number>();

  constructor(plan: StreamPlan, pool: PoolPlan, ledger: Ledger, script: unknown) {
    this.plan = plan;
    this.pool = pool;
    this.#ledger = ledger;
    this.#script = script;
  }

  get live(): boolean {
    return this.log.subscribed && this.log.end === undefined;
  }

  /** Tasks begun so far. */
  get starts(): number {
    let starts = 0;
    for (let index = 0; index < this.plan.source.count; index++) starts += this.#ledger.starts(this.plan.id, index);
    return starts;
  }

  start(workers: unknown): void {
    const { log } = this;
    const { stop } = this.plan;
    log.subscribed = true;
    if (stop?.kind === 'abort' || stop?.kind === 'unsubscribe')
      this.#timers.push(setTimeout(() => this.#stop(), stop.at));
    const results = this.#build(workers);
    this.#subscription = (stop?.kind === 'take' ? results.pipe(take(stop.after)) : results).subscribe({
      next: (value) => this.#next(value),
      error: (error: unknown) => {
        log.error = error;
        this.#ended('error');
      },
      complete: () => this.#ended('complete'),
    });
    if (log.end !== undefined) this.#subscription.unsubscribe();
  }

  #build(workers: unknown): Observable<unknown> {
    const { plan, pool } = this;
    const signal = plan.stop?.kind === 'abort' ? { signal: this.#abort.signal } : {};
    const onReport = plan.many || plan.deeds.includes('reports') ? { onReport: this.#reported } : {};
    const { buffer, keys, retry, sticky, ...others } = plan.options;
    const given = { ...others, retry: retryOf(retry) };
    const many = plan.many ? { buffer } : {};
    const keyed = keys === undefined ? {} : { key: (input: unknown) => keyOf(input, keys), sticky };
    const options = { ...given, ...many, ...keyed, ...signal, ...onReport };
    if (pool.kind === 'inline') {
      const context = { deeds: new URL('./deeds.js', import.meta.url).href, script: this.#script };
      const transfer = plan.form === 'moved' ? { transfer: ({ bytes }: { bytes: Uint32Array }) => [bytes.buffer] } : {};
      return this.#results(inlineAct, workers, {
        ...options,
        context,
        ...transfer,
        ...(plan.setup ? { setup: inlineSetup } : {}),
      });
    }
    const results = this.#results(this.#call, workers, options);
    if (plan.many) return results.pipe(withoutFillers(plan, this.log, this.#ledger));
    if (!plan.chained) return results;
    // Enough retries to outlive whatever befalls the pool: the second stream changes nothing.
    return results.pipe(
      operatorOf(plan)((worker: Remote, value: unknown) => worker.pass(value), workers, { crashRetries: 99 }),
    );
  }

  #results(fn: unknown, workers: unknown, options: object): Observable<unknown> {
    const { log, plan } = this;
    const inline = this.pool.kind === 'inline';
    if (plan.operator !== 'parallelMapIterable')
      return pushed(plan, inline, log).pipe(operatorOf(plan)(fn, workers, options));
    const iterate = (plan.many ? parallelFlatMapIterable : parallelMapIterable) as Iterate;
    return iterated(iterate(pulled(plan, inline, log), fn, workers, { ...options, ordered: plan.ordered }));
  }

  /** Says which call to make for a value. */
  readonly #call = (worker: Remote, input: number | { readonly code: number }, index: number): unknown => {
    const { log, plan } = this;
    const code = typeof input === 'number' ? input : input.code;
    log.dispatched.add(index);
    log.mostOut = Math.max(log.mostOut, log.dispatched.size - log.values.length);
    if (index !== indexOf(code)) log.differences.push(`value ${indexOf(code)} was given the index ${index}`);
    const deed = deedOf(plan, index);
    if (deed === 'noCall') return undefined;
    if (deed === 'callThrows') throw new SoakError(code);
    if (plan.many) return worker.many(deed === 'argFunction' ? { code, bad: () => {} } : { code });
    if (deed === 'argFunction') return worker.object({ code, bad: () => {} });
    if (plan.form === 'pair') return worker.pair(plan.id, index);
    if (plan.form === 'object') return worker.object({ code });
    if (plan.form === 'refilled') return worker.object(input);
    if (plan.form === 'shared') return worker.shared({ code, options: this.#shared });
    if (plan.form === 'number') return worker.number(code);
    const bytes = bytesOf(code);
    return worker.moved(Transfer({ code, bytes }, [bytes.buffer]));
  };

  readonly #reported = ({ index, value }: TaskReport): void => {
    const { log } = this;
    const { code } = value as { code: number };
    if (log.end !== undefined) log.differences.push(`task ${index} reported after the end of its stream`);
    if (indexOf(code) !== index) log.differences.push(`task ${index} had the report of task ${indexOf(code)}`);
    log.reported.add(index);
  };

  #next(value: unknown): void {
    const { log, plan } = this;
    const { stop } = plan;
    const index = typeof value === 'number' && plan.options.onError !== 'settle' ? indexOf(value) : undefined;
    if (index !== undefined && deedOf(plan, index) === 'reports' && !log.reported.has(index))
      log.differences.push(`the result of task ${index} came before its report`);
    if (log.end !== undefined) log.differences.push('it gave a result after its end');
    this.#inKeyOrder(value);
    log.values.push(value);
    if (stop?.kind === 'leave' && log.values.length >= stop.after) this.#stop();
    else log.answer?.();
  }

  /** Results of one key come in the order of the source, where those of all do not. */
  #inKeyOrder(value: unknown): void {
    const { chained, options } = this.plan;
    const index =
      options.onError === 'settle'
        ? (value as { index: number }).index
        : // Falsy ones are many tasks'.
          typeof value === 'number' && value > 0
          ? indexOf(value)
          : undefined;
    if (options.keys === undefined || chained || index === undefined) return;
    const key = index % options.keys;
    if (index <= (this.#lastOf.get(key) ?? -1))
      this.log.differences.push(
        `the result of task ${index} came after that of task ${this.#lastOf.get(key)}, of its key`,
      );
    this.#lastOf.set(key, index);
  }

  #stop(): void {
    const { log, plan } = this;
    if (log.end !== undefined) return;
    if (plan.stop?.kind === 'abort') {
      log.aborted = true;
      this.#abort.abort(log.abortReason);
      return;
    }
    // Still subscribing: the next result is soon enough.
    if (this.#subscription === undefined) return;
    this.#subscription.unsubscribe();
    this.#ended('left');
  }

  #ended(end: 'complete' | 'error' | 'left'): void {
    const { log } = this;
    if (log.end !== undefined) log.differences.push(`it ended twice: ${log.end}, ${end}`);
    log.end = end;
    // RxJS notifies the end of a `take` before it unsubscribes.
    queueMicrotask(() => (log.startsAtEnd = this.starts));
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
