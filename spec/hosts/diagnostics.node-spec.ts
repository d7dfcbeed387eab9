import { channel, tracingChannel } from 'node:diagnostics_channel';
import { lastValueFrom, range, toArray } from 'rxjs';
import { type WorkerPool, localPool, parallelMap, Worker, workerPool } from '../../lib/index.ts';
import type { ContractApi } from '../contract/contractApi.ts';

interface Trace {
  readonly index: number;
  readonly method: string;
  readonly input: unknown;
  readonly pool: string | undefined;
  readonly startTime: number;
  readonly endTime?: number;
  readonly outcome?: string;
  readonly error?: unknown;
}

const NAMES = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;

/** The messages of the channel of tasks, until it is stopped. */
function listening(): { traced: [string, Trace][]; stop(): void } {
  const tasks = tracingChannel<unknown, Trace>('rxjs-parallel:task');
  const traced: [string, Trace][] = [];
  const heard = Object.fromEntries(NAMES.map((name) => [name, (trace: Trace) => traced.push([name, trace])]));
  tasks.subscribe(heard as never);
  return { traced, stop: () => tasks.unsubscribe(heard as never) };
}

const contract = (name?: string): WorkerPool<ContractApi> =>
  workerPool(() => new Worker(new URL('../fixtures/contract.worker.js', import.meta.url)), {
    size: 1,
    ...(name === undefined ? {} : { name }),
  });

describe('The diagnostics channels', () => {
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  it('report each task with one context object, from its start to its outcome', async () => {
    const pool = contract('numbers');
    const { stop, traced } = listening();
    stops.push(() => pool.close(), stop);
    await lastValueFrom(
      range(0, 2).pipe(
        pool.map((worker, n) => worker.failIfOdd(n), { onError: 'settle', batch: 1 }),
        toArray(),
      ),
    );
    const [first, second] = [0, 1].map((index) => traced.filter(([, trace]) => trace.index === index));
    expect(first!.map(([name]) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(second!.map(([name]) => name)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    for (const traces of [first!, second!]) expect(new Set(traces.map(([, trace]) => trace)).size).toBe(1);
    const [, good] = first![0]!;
    const [, bad] = second![0]!;
    expect([good.pool, good.method, good.input, good.outcome]).toEqual(['numbers', 'failIfOdd', 0, 'value']);
    expect('error' in good).toBeFalse();
    expect([bad.outcome, (bad.error as Error).message]).toEqual(['error', '1 is odd']);
    expect(bad.endTime).toBeGreaterThanOrEqual(bad.startTime);
  });

  it('report inline functions by their names, and tasks of the local pool', async () => {
    const { stop, traced } = listening();
    stops.push(stop);
    await lastValueFrom(
      range(3, 1).pipe(
        parallelMap(function square(n: number) {
          return n * n;
        }, 1),
      ),
    );
    await lastValueFrom(range(3, 1).pipe(parallelMap((n: number) => n * n, 1)));
    await localPool({ half: (n: number) => n / 2 }).run((worker) => worker.half(3));
    const ends = traced.filter(([name]) => name === 'asyncEnd').map(([, { input, method }]) => [method, input]);
    expect(ends).toEqual([
      ['square', 3],
      ['inline', 3],
      ['half', undefined],
    ]);
  });

  it('report what begins after somebody has subscribed, and nothing once nobody is', async () => {
    const pool = contract();
    stops.push(() => pool.close());
    await pool.run((worker) => worker.echo(0));
    const { stop, traced } = listening();
    await pool.run((worker) => worker.later(1, 0));
    stop();
    await pool.run((worker) => worker.echo(2));
    expect(traced.map(([name, { method }]) => `${name} ${method}`)).toEqual([
      'start later',
      'end later',
      'asyncStart later',
      'asyncEnd later',
    ]);
  });

  it('report pools, and workers that start and end', async () => {
    const traced: string[] = [];
    let made: unknown;
    const heard = (message: unknown, name: string | symbol): void => {
      traced.push(String(name));
      if (name === 'rxjs-parallel:pool') ({ pool: made } = message as { pool: unknown });
    };
    const names = ['rxjs-parallel:pool', 'rxjs-parallel:worker:start', 'rxjs-parallel:worker:exit'];
    for (const name of names) {
      channel(name).subscribe(heard);
      stops.push(() => channel(name).unsubscribe(heard));
    }
    const pool = contract();
    expect(made).toBe(pool);
    await pool.run((worker) => worker.echo(0));
    await pool.close();
    expect(traced).toEqual(names);
  });
});
