import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { Subject, VirtualTimeScheduler, lastValueFrom, range, toArray } from 'rxjs';
import { localPool } from '../../lib/index.ts';
import type { PoolEvent, WorkerPool } from '../../lib/index.ts';
import { type EventListener, ENGINE_POOL } from '../../lib/pool/contract.ts';
import { timeline } from '../../lib/timeline/index.ts';
import { FakePool } from '../support/fakePool.ts';
import { traceEvents } from './traceEvents.ts';

/** A pool that has events, which the spec emits, and nothing else. */
function emitting(): { pool: WorkerPool<object>; emit(event: PoolEvent): void } {
  const events$ = new Subject<PoolEvent>();
  const listen = (listener: EventListener): (() => void) => {
    const subscription = events$.subscribe(listener);
    return () => subscription.unsubscribe();
  };
  return { pool: { [ENGINE_POOL]: { listen } } as never, emit: (event) => events$.next(event) };
}

const at = (time: number): number => performance.timeOrigin + performance.now() + time;

describe('A timeline', () => {
  const api = {
    double: (n: number): number => 2 * n,
    odd(n: number): number {
      if (n % 2 === 0) throw new RangeError(`${n} is even`);
      return n;
    },
  };

  it('has each task of a pool with its method, and each result with its place', async () => {
    await using pool = localPool(api);
    using seen = timeline(pool, { name: 'numbers <1>' });
    await lastValueFrom(range(0, 5).pipe(pool.map((worker, n) => worker.double(n))));
    await lastValueFrom(
      range(0, 4).pipe(
        pool.mapUnordered((worker, n) => worker.odd(n), { onError: 'settle' }),
        toArray(),
      ),
    );
    await pool.run((worker) => worker.double(7));
    const events = traceEvents(seen.toPerfetto());
    const slices = events.get('X')!;
    expect(
      slices.filter(({ tid }) => tid === 1).map(({ args, name }) => [name, args!['index'], args!['outcome']]),
    ).toEqual([
      ...[0, 1, 2, 3, 4].map((n) => ['double', n, 'value']),
      ...[0, 1, 2, 3].map((n) => ['odd', n, n % 2 === 0 ? 'error' : 'value']),
      ['double', 0, 'value'],
    ]);
    // A call emits nothing.
    expect(slices.filter(({ tid }) => tid > 1).map(({ args }) => args!['order'])).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3]);
    expect(events.get('s')!.length).toBe(9);
    expect(events.get('M')!.map(({ args }) => args!['name'])).toContain('numbers <1>');
    const picture = seen.toSVG();
    expect(picture).toContain('numbers &#60;1&#62;');
    expect(picture).toContain('10 tasks · 1 worker');
    expect(picture).toContain('2 without a result');
    expect(picture).toContain('results 0');
    expect(picture).toContain('results 1');
    expect(seen.toSVG({ stream: 0, title: 'the first' })).toContain('the first: 5 tasks');
  });

  it('is a picture that can be read: labels that do not overlap, numbers on red, no way over a result', async () => {
    await using pool = localPool(api);
    using own = timeline(pool);
    const numbers = range(0, 4).pipe(pool.map((worker, n) => worker.odd(n), { onError: 'settle' }));
    await lastValueFrom(numbers);
    await lastValueFrom(numbers);
    const parts = own.toSVG().split('\n');
    expect(parts.findLastIndex((part) => part.includes('class="way"'))).toBeLessThan(
      parts.findIndex((part) => part.includes('>results 0<')),
    );
    expect([...own.toSVG().matchAll(/class="number bad"[^>]*>(\d)</g)].map(([, index]) => index)).toContain('2');
    const { pool: wide, emit } = emitting();
    using seen = timeline(wide);
    for (let worker = 0; worker < 64; worker++) {
      const task = { worker, stream: 0, index: worker, method: 'run' };
      emit({ type: 'task:start', ...task, time: at(0) });
      emit({ type: 'task:end', ...task, time: at(5), outcome: 'value' });
    }
    const labels = [...seen.toSVG().matchAll(/y="([\d.]+)">worker (\d+)</g)].map((found) => found.slice(1).map(Number));
    expect(labels.length).toBe(32);
    for (const [nth, [y]] of labels.entries())
      if (nth > 0) expect(y! - labels[nth - 1]![0]!).toBeGreaterThanOrEqual(11);
  });

  it('shows the order of results, not that of completion', async () => {
    const places = async (ordered: boolean): Promise<unknown[]> => {
      const scheduler = new VirtualTimeScheduler();
      const { pool } = new FakePool(api, { size: 3, scheduler, course: ({ index }) => ({ takes: 12 - 4 * index }) });
      using seen = timeline(pool);
      const operator = ordered ? pool.map : pool.mapUnordered;
      const results = lastValueFrom(range(0, 3).pipe(operator((worker: any, n) => worker.double(n))));
      scheduler.flush();
      await results;
      const slices = traceEvents(seen.toPerfetto()).get('X')!;
      return slices.filter(({ cat }) => cat === 'result').map(({ args }) => args!['index']);
    };
    expect(await places(true)).toEqual([0, 1, 2]);
    expect(await places(false)).toEqual([2, 1, 0]);
  });

  it('is trace events whatever happens, overlapping tasks included', () => {
    const tasks = record({
      worker: integer({ min: 0, max: 2 }),
      start: integer({ min: 0, max: 50 }),
      takes: integer({ min: 0, max: 20 }),
      outcome: constantFrom('value' as const, 'error' as const, 'crash' as const),
    });
    assert(
      property(array(tasks, { maxLength: 30 }), integer({ min: 1, max: 10 }), (all, most) => {
        const { pool, emit } = emitting();
        using seen = timeline(pool, { most });
        for (const [index, { outcome, start, takes, worker }] of all.entries()) {
          const task = { worker, stream: 0, index, method: 'run' };
          emit({ type: 'task:start', ...task, time: at(start) });
          emit({ type: 'task:end', ...task, time: at(start + takes), outcome });
        }
        const events = traceEvents(seen.toPerfetto());
        const kept = Math.min(all.length, 2 * most);
        expect((events.get('X') ?? []).length + (events.get('b') ?? []).length).toBe(kept);
        expect(seen.leftOut).toBe(all.length - kept);
        expect(seen.toSVG()).toContain(`${kept} task`);
      }),
    );
  });

  it('keeps the first and the last, and says how many it leaves out', async () => {
    await using pool = localPool(api);
    using seen = timeline(pool, { most: 3 });
    await lastValueFrom(range(0, 100).pipe(pool.map((worker, n) => worker.double(n))));
    const kept = traceEvents(seen.toPerfetto())
      .get('X')!
      .filter(({ cat }) => cat === 'value');
    expect(kept.map(({ args }) => args!['index'])).toEqual([0, 1, 2, 97, 98, 99]);
    expect(seen.leftOut).toBe(94);
    expect(seen.toSVG()).toContain('94 more left out');
  });

  it('has of each that it keeps when its result was emitted, and as which', async () => {
    await using pool = localPool(api);
    using seen = timeline(pool, { most: 300 });
    await lastValueFrom(range(0, 2000).pipe(pool.map((worker, n) => worker.double(n))));
    const kept = traceEvents(seen.toPerfetto()).get('X')!;
    const places = Array.from({ length: 600 }, (_, nth) => (nth < 300 ? nth : nth + 1400));
    expect(kept.filter(({ cat }) => cat === 'value').map(({ args }) => args!['index'])).toEqual(places);
    const emitted = kept.filter(({ cat }) => cat === 'result').map(({ args }) => [args!['index'], args!['order']]);
    expect(emitted).toEqual(places.map((place) => [place, place]));
  });

  it('records nothing after it is stopped, and lets the pool be', async () => {
    await using pool = localPool(api);
    const [first, second] = [timeline(pool), timeline(pool)];
    await lastValueFrom(range(0, 2).pipe(pool.map((worker, n) => worker.double(n))));
    first.stop();
    await lastValueFrom(range(0, 3).pipe(pool.map((worker, n) => worker.double(n))));
    second.stop();
    expect([first.toSVG(), second.toSVG()].map((each) => /(\d+) tasks/.exec(each)![1])).toEqual(['2', '5']);
    expect((pool as never as Record<symbol, { watch?: unknown }>)[ENGINE_POOL]!.watch).toBeUndefined();
  });

  it('says what is wrong with its arguments', () => {
    const pool = localPool(api);
    for (const [act, message] of [
      [
        () => timeline({} as never),
        'timeline: pool must be a pool made by workerPool, localPool or bullmqPool, got an object',
      ],
      [() => timeline(pool, { most: 0 }), 'timeline: most must be an integer, at least 1, got 0'],
      [() => timeline(pool, { name: 3 as never }), 'timeline: name must be a string, got 3'],
      [() => timeline(pool, { last: 3 } as never), 'timeline: options has no "last"; it may have most, name'],
      [() => timeline(pool).toSVG({ duration: 0 }), 'toSVG: duration must be milliseconds, at least 1, got 0'],
    ] as const)
      expect(act).toThrowError(message);
  });
});
