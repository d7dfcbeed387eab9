/** A result is as it was when the task returned it, also of tasks that travel in one job. */
import { range } from 'rxjs';
import { localPool, parallelMap } from '../../lib/index.ts';
import { serve } from '../../lib/bullmq/index.ts';
import { type Deeds, deeds } from '../support/deeds.ts';
import { all, numbers, onRedis } from '../support/onRedis.ts';

describe('Over a queue, a task that returns one thing again, changed', () => {
  const site = onRedis('copies');

  for (const where of ['workers', 'localPool'] as const)
    for (const concurrency of [undefined, 1])
      it(`gives its own each time: ${where}, concurrency ${concurrency}`, async () => {
        const queue = site.newQueue();
        if (where === 'workers') site.machine(queue, 2);
        else {
          const server = serve(localPool<Deeds>(deeds()), { queue, connection: site.redis.connection });
          site.atEnd(() => server.close());
        }
        const pool = site.pool(queue);
        const found = await all(range(0, 300).pipe(parallelMap((worker, n) => worker.again(n), pool, { concurrency })));
        expect(found.map(({ object }) => object.n)).toEqual(numbers(300));
        expect(found.map(({ bytes }) => bytes[0])).toEqual(numbers(300).map((n) => n % 256));
        expect(found.map(({ map }) => map.get('n'))).toEqual(numbers(300));
        await site.closes(pool, queue);
      });

  it('an argument that two tasks share is its own for each', async () => {
    const queue = site.newQueue();
    site.machine(queue, 1);
    const pool = site.pool(queue);
    const options = { tags: [] as string[] };
    const found = await all(range(0, 300).pipe(parallelMap((worker) => worker.tag(options), pool)));
    expect(found).toEqual(numbers(300).map(() => 1));
    await site.closes(pool, queue);
  });

  it('an argument that is changed after its call is sent again as it was', async () => {
    const queue = site.newQueue();
    const pool = site.pool(queue, { checkInterval: 50 });
    const given = { n: 1 };
    const result = pool.run((worker) => worker.echo(given));
    const { client } = site.redis;
    let removed = 0;
    while (removed < 2) {
      const [id] = await client.lrange(`bull:${queue}:wait`, 0, -1);
      if (id === undefined) continue;
      given.n++;
      await client.del(`bull:${queue}:${id}`);
      await client.lrem(`bull:${queue}:wait`, 0, id);
      removed++;
    }
    site.machine(queue, 1);
    expect(await result).toEqual({ n: 1 });
    await site.closes(pool, queue);
  });
});
