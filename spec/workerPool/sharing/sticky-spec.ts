/** `sticky`: all tasks of a key go to one worker, while that lives. With random schedules: `operators/law-spec`. */
import { Subject, filter, firstValueFrom, from, lastValueFrom, range, toArray } from 'rxjs';
import {
  Worker,
  type WorkerPool,
  localPool,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
  workerPool,
} from '../../../lib/index.ts';
import { beginning } from '../../contract/outcomes.ts';
import { shares } from '../../support/cells.ts';
import type { CacheApi } from '../../fixtures/cache.worker.ts';

const cachePool = (size: number): WorkerPool<CacheApi> =>
  workerPool<CacheApi>(
    () => new Worker(new URL('../../fixtures/cache.worker.js', import.meta.url), { type: 'module' }),
    size,
  );

/** Ends the task that holds a worker: says so until the caller has heard, as a new channel of Chromium's may miss it. */
function endHold(name: string): () => void {
  const channel = new BroadcastChannel(name);
  const timer = setInterval(() => channel.postMessage('end'), 5);
  return () => {
    clearInterval(timer);
    channel.close();
  };
}

describe('sticky', () => {
  for (const operator of [parallelMap, parallelMapUnordered])
    it(`has all tasks of a key at one worker (${operator.name}), and several at work`, async () => {
      await using pool = cachePool(3);
      await pool.warmUp();
      const { begun, channel } = await beginning();
      // The first holds its worker until another has ended a task.
      const another = firstValueFrom(pool.events$.pipe(filter((event) => event.type === 'task:end')));
      const results = lastValueFrom(
        range(0, 301).pipe(
          operator((worker, n) => (n === 0 ? worker.hold(channel) : worker.visit(n % 10)), pool, {
            key: (n) => (n === 0 ? 'held' : n % 10),
            sticky: true,
          }),
          toArray(),
        ),
      );
      await begun;
      expect(await another).toEqual(jasmine.objectContaining({ outcome: 'value' }));
      const heard = endHold(channel);
      const all = await results;
      heard();
      expect(all.length).toBe(301);
      // So each has counted all of a key.
      expect(all.filter(({ count }) => count === 30).length).toBe(10);
      expect(new Set(all.map(({ id }) => id)).size).toBeGreaterThan(1);
    });

  it('has them there also later, and in other streams, whatever kind of key it is', async () => {
    await using pool = cachePool(2);
    await pool.warmUp();
    const object = {};
    const keys = [undefined, Number.NaN, '', 0, null, object, 'a', 'b'];
    const options = { key: (nth: number) => keys[nth], sticky: true };
    const homes = async (): Promise<string[]> =>
      (
        await lastValueFrom(
          range(0, keys.length).pipe(
            pool.map((worker, n) => worker.visit(n, 1), options),
            toArray(),
          ),
        )
      ).map(({ id }) => id);
    const first = await homes();
    for (let time = 0; time < 5; time++) expect(await homes()).toEqual(first);
    const later: string[] = [];
    for await (const { id } of pool.mapIterable([7, 5], (worker, n) => worker.visit(n), options)) later.push(id);
    expect(later).toEqual([first[7]!, first[5]!]);
  });

  // Elsewhere what was sent behind the task that lasts, of other keys too, cannot be recalled.
  if (shares)
    it('has a key whose worker is busy wait for it, and lets others pass', async () => {
      await using pool = cachePool(2);
      await pool.warmUp();
      const { begun, channel } = await beginning();
      const source = new Subject<string>();
      const values: string[] = [];
      const result = source.pipe(
        parallelMapUnordered((worker, [key]) => worker.visit(key), pool, { key: ([key]) => key, sticky: true }),
      );
      let othersPassed!: () => void;
      const passed = new Promise<void>((resolve) => (othersPassed = resolve));
      const ended = new Promise<void>((resolve) => {
        result.subscribe({
          next({ id, count }) {
            if (values.push(`${id} ${count}`) === 9) othersPassed();
          },
          complete: resolve,
        });
      });
      const [home] = await lastValueFrom(
        from(['a']).pipe(
          parallelMap((worker, key) => worker.visit(key), pool, { key: (key) => key, sticky: true }),
          toArray(),
        ),
      );
      const other = from([channel]).pipe(
        parallelMap((worker, name) => worker.hold(name), pool, { key: () => 'a', sticky: true }),
      );
      const held = lastValueFrom(other);
      await begun;
      // Of another stream, and yet for the worker that is held.
      source.next('a1');
      for (const key of 'bcdefghij') source.next(`${key}1`);
      await passed;
      expect(values.some((value) => value.startsWith(home!.id))).toBeFalse();
      const heard = endHold(channel);
      source.complete();
      await ended;
      heard();
      expect(values.at(-1)).toBe(`${home!.id} 2`);
      expect((await held).id).toBe(home!.id);
    });

  it('goes on reading for others while a key waits for its worker', async () => {
    await using pool = cachePool(2);
    await pool.warmUp();
    const { begun, channel } = await beginning();
    function* inputs(): Generator<{ key: string }> {
      yield { key: 'held' };
      yield { key: 'held' };
      for (let n = 0; n < 50; n++) yield { key: `other ${n % 3}` };
    }
    const results = parallelMapIterable(
      inputs(),
      (worker, { key }, index) => (index === 0 ? worker.hold(channel) : worker.visit(key)),
      pool,
      { key: ({ key }) => key, sticky: true, ordered: false },
    );
    const ids: string[] = [];
    for (let n = 0; n < 50; n++) ids.push((await results.next()).value!.id);
    expect(new Set(ids).size).toBe(1);
    await begun;
    const heard = endHold(channel);
    const last = [await results.next(), await results.next()];
    heard();
    expect(last[0]!.value!.id).toBe(last[1]!.value!.id);
    expect(last[0]!.value!.id).not.toBe(ids[0]!);
    expect((await results.next()).done).toBeTrue();
  });

  it('takes its turn beside other streams', async () => {
    await using pool = cachePool(1);
    let others = 0;
    const busy = new Subject<number>();
    const subscription = busy.pipe(parallelMapUnordered((worker, n) => worker.visit(n), pool)).subscribe(() => {
      others++;
      busy.next(others);
    });
    for (let n = 0; n < 500; n++) busy.next(n);
    const results = await lastValueFrom(
      range(0, 20).pipe(
        parallelMap((worker, n) => worker.visit(n), pool, { key: (n) => n % 2, sticky: true }),
        toArray(),
      ),
    );
    expect(results.length).toBe(20);
    subscription.unsubscribe();
  });

  it('works with a number of workers, and with localPool', async () => {
    const who = (_n: number, _index: number, id: number): number => id;
    const results = range(0, 60).pipe(
      parallelMap(who, 2, { setup: () => Math.random(), key: (n) => n % 6, sticky: true }),
      toArray(),
    );
    const ids = await lastValueFrom(results);
    for (let key = 0; key < 6; key++) expect(new Set(ids.filter((_, n) => n % 6 === key)).size).toBe(1);
    const local = range(0, 6).pipe(
      localPool({ run: (n: number) => n }).map((worker, n) => worker.run(n), { key: (n) => n % 2, sticky: true }),
      toArray(),
    );
    expect(await lastValueFrom(local)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('is refused without key, and where it is neither true nor false', () => {
    const pool = localPool({ run: (n: number) => n });
    const fn = (worker: any, n: number): any => worker.run(n);
    expect(() => parallelMap(fn, pool, { sticky: true })).toThrowError(
      TypeError,
      'parallelMap: sticky needs key, which says which tasks are for one worker',
    );
    expect(() => pool.mapIterable([], fn, { sticky: 1 as never, key: () => 0 })).toThrowError(
      TypeError,
      'pool.mapIterable: sticky must be true or false, got 1',
    );
  });
});
