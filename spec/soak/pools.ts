/** The pools of the soak, each kind made as a user would make it. */
import { Worker as NodeWorker } from 'node:worker_threads';
import { Worker, type WorkerPool, localPool, workerPool } from 'rxjs-parallel';
import { Pool, spawn } from 'threads';
import { type Api, type Data, KEPT, SET_UP, type Script, TEARDOWNS, api, follow } from './deeds.ts';
import { Events } from './events.ts';
import type { PoolPlan } from './plan.ts';

export interface OpenPool {
  /** What the operators are given. */
  readonly workers: unknown;
  /** The workers that may be assaulted. */
  readonly victims: NodeWorker[];
  /** A call beside the streams: gives `value` back. */
  call(value: number): PromiseLike<unknown>;
  /** A call on every worker, of which each says which thread it is. */
  each?(keep: boolean): Promise<PromiseSettledResult<number>[]>;
  warmUp?(workers: number): Promise<void>;
  /** How many workers have been set up, torn down, and cut off as they did not end in time, where they say so. */
  hooks?(): { readonly setUp: number; readonly tornDown: number; readonly cutOff?: number };
  /** Where it can be paused and resized. */
  readonly policy?: Pick<WorkerPool<Api>, 'pause' | 'resume' | 'resize'>;
  /** Workers of its making that have ended. */
  deaths(): number;
  /** Undefined where nobody counts. */
  stats(): { workers: number; idle: number; running: number; completed: number } | undefined;
  close(drain: boolean): Promise<void>;
  /** What was wrong with its events. */
  problems(): readonly string[];
}

const url = (name: string): URL => new URL(`./${name}.worker.js`, import.meta.url);
/** Little memory, so that it is soon used up. */
const limited = { resourceLimits: { maxOldGenerationSizeMb: 48 } };
const settings = (script: Script): { type: 'module'; workerData: Script } => ({
  type: 'module',
  workerData: script,
  ...limited,
});

export function openPool(plan: PoolPlan, script: Script): OpenPool {
  const { kind, size } = plan;
  if (kind === 'leased') return openLeased(plan, script);
  if (kind === 'local') return openLocal(plan, script);
  if (kind === 'inline')
    return {
      workers: size,
      victims: [],
      deaths: () => 0,
      call: (value) => Promise.resolve(value),
      stats: () => undefined,
      close: () => Promise.resolve(),
      problems: () => [],
    };
  return openOurs(plan, script);
}

function openLocal(plan: PoolPlan, script: Script): OpenPool {
  const { watched } = plan;
  follow(script);
  let setUp = 0;
  let tornDown = 0;
  const pool = localPool(api, {
    data: plan,
    async setup({ setupMs }: PoolPlan) {
      if (setupMs > 0) await new Promise((resolve) => setTimeout(resolve, setupMs));
      setUp++;
    },
    teardown: () => void tornDown++,
  });
  const events = watched ? new Events(pool.events$, [0]) : undefined;
  return {
    workers: pool,
    policy: pool,
    victims: [],
    deaths: () => 0,
    call: calls(pool, plan),
    each: (keep) => pool.each((worker) => worker.note(0), { keep }),
    warmUp: (workers) => pool.warmUp(workers),
    hooks: () => ({ setUp, tornDown }),
    stats: () => pool.stats(),
    close: (drain) => pool.close({ drain }),
    problems: () => [...(events?.problems ?? []), ...(setUp > 1 ? [`it was set up ${setUp} times`] : [])],
  };
}

/** Calls that are all given one object, changed for each; some of them with options, and some that fail at first. */
function calls(pool: WorkerPool<Api>, plan: PoolPlan): (value: number) => Promise<number> {
  // Each worker that comes has yet to fail them all.
  const stay = plan.maxTasksPerWorker === undefined && plan.idleTimeout === undefined;
  const shared = { value: 0 };
  return (value) => {
    shared.value = value;
    if (value % 4 === 0) return pool.run((worker) => worker.unwrap(shared), { priority: value % 3, deadline: 60_000 });
    if (value % 4 === 1 && stay)
      return pool.run((worker) => worker.unwrapLater(shared), { retry: { times: 50, delay: value % 3 } });
    return pool.run((worker) => worker.unwrap(shared));
  };
}

/** Milliseconds that a worker has for its teardown; on a machine that is very busy some do not come to it. */
const LEAVES_WITHIN = 1000;

/** Calls `cutOff` when a worker is ended that got a message and did not end by itself within its time. */
function whenCutOff(worker: NodeWorker, cutOff: () => void): void {
  let spokenTo = performance.now();
  const post = worker.postMessage.bind(worker);
  worker.postMessage = (...message: Parameters<typeof post>): void => {
    spokenTo = performance.now();
    post(...message);
  };
  worker.once('exit', (code) => code !== 0 && performance.now() - spokenTo >= LEAVES_WITHIN && cutOff());
}

/** Node says so of a thread that has ended. */
const isDead = ({ threadId }: NodeWorker): boolean => threadId < 0;

function openOurs(plan: PoolPlan, script: Script): OpenPool {
  const victims: NodeWorker[] = [];
  const counts = new Int32Array(new SharedArrayBuffer(12));
  const { setupMs, teardownMs } = plan;
  const data: Data = { counts, setupMs, teardownMs };
  let made = 0;
  let cutOff = 0;
  let closed = false;
  const factory = (): unknown => {
    const nth = made++;
    // One cannot be made, the other does not load.
    if (nth === plan.badStarts[0]) throw new RangeError('no worker today');
    if (nth === plan.badStarts[1])
      return plan.badSetup
        ? new Worker(url('act'), { ...settings(script), workerData: { ...script, failsSetup: true } })
        : new Worker(url('broken'), settings(script));
    const worker =
      plan.kind === 'plain'
        ? new NodeWorker(url('plain'), { workerData: script, ...limited })
        : new Worker(url('act'), settings(script));
    victims.push(worker as NodeWorker);
    whenCutOff(worker as NodeWorker, () => cutOff++);
    return worker;
  };
  const { idleTimeout, maxTasksPerWorker, size } = plan;
  const pool = workerPool<Api>(factory, {
    ...{ size, idleTimeout, maxTasksPerWorker, name: 'soak' },
    ...(plan.kind === 'worker' ? { data } : {}),
  });
  const events = plan.watched ? new Events(pool.events$, []) : undefined;
  return {
    workers: pool,
    policy: pool,
    victims,
    deaths: () => victims.filter(isDead).length,
    call: calls(pool, plan),
    each(keep) {
      const kept = counts[KEPT]!;
      const called = pool.each((worker) => worker.note(keep ? kept + 1 : 0), { keep });
      // Whatever is made from now on has to know it, unless the pool is closing, and has refused it.
      if (keep && !closed) Atomics.store(counts, KEPT, kept + 1);
      return called;
    },
    warmUp: (workers) => pool.warmUp(Math.min(workers, pool.size)),
    ...(plan.kind === 'worker'
      ? { hooks: () => ({ setUp: counts[SET_UP]!, tornDown: counts[TEARDOWNS]!, cutOff }) }
      : {}),
    stats: () => pool.stats(),
    close(drain) {
      closed = true;
      return pool.close({ drain });
    },
    problems: () => events?.problems ?? [],
  };
}

function openLeased(plan: PoolPlan, script: Script): OpenPool {
  const victims: NodeWorker[] = [];
  const pool = Pool(async () => {
    const worker = new Worker(url('act'), settings(script));
    const thread = await spawn(worker as never);
    // threads.js waits ten seconds for one that dies before it is up.
    victims.push(worker as never);
    return thread;
  }, plan.size);
  return {
    workers: pool,
    victims,
    deaths: () => victims.filter(isDead).length,
    call: (value) =>
      pool.queue((thread) => (thread as unknown as { pass(value: number): Promise<number> }).pass(value)),
    stats: () => undefined,
    close: () => pool.terminate(true),
    problems: () => [],
  };
}
