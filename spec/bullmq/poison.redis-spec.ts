/** What somebody writes into Redis to do harm: jobs, reports, messages. Machines and pools go on. */
import { Queue, Worker as BullWorker } from 'bullmq';
import { CloneError } from '../../lib/index.ts';
import { LAYOUT } from '../../lib/bullmq/shared/message.ts';
import { Heard, onRedis, reason, until } from '../support/onRedis.ts';

describe('Poison in Redis', () => {
  const site = onRedis('poison');

  const bull = (queue: string): Queue => {
    const made = new Queue(queue, { connection: site.redis.connection });
    site.atEnd(() => made.close());
    return made;
  };

  /** A job as a pool makes it, of a run that is there. */
  const order = async (queue: string, args: readonly string[]): Promise<object> => {
    const run = 'rabcdef';
    await site.redis.client.hset(`bull:${queue}:rxjs-parallel:${run}`, 'since', Date.now());
    const methods = args.map(() => 'echo');
    const indices = args.map((_, at) => at);
    return { layout: LAYOUT, run, methods, args, indices, spread: true, timeout: null, terminateAfter: 1000 };
  };

  for (const [what, args] of Object.entries({
    'a sparse array of 16 bytes': '[[-7,200000000]]',
    'a sparse array within': '[[1],[-7,4294967295]]',
    'more arguments than a stack holds': JSON.stringify([Array.from({ length: 200_000 }, () => -1)]),
    'no array': '[{"a":1},2]',
    'no JSON': '[[',
    'a number': '-1',
  }))
    it(`arguments that are ${what}: the task fails by a CloneError, and the machine goes on`, async () => {
      const queue = site.newQueue();
      site.machine(queue, 1);
      const job = await bull(queue).add('x', await order(queue, [args, '[[1],"well"]']));
      await until(async () => (await bull(queue).getCompletedCount()) === 1);
      const { data } = (await bull(queue).getJob(job.id!))!;
      expect(data.fates).toEqual(['error', 'value']);
      expect(data.values[0]).toContain('CloneError');
      expect(await site.pool(queue).run((worker) => worker.twice(2))).toBe(4);
      await bull(queue).obliterate({ force: true });
    });

  it('a job larger in all than one may be is refused', async () => {
    const queue = site.newQueue();
    const heard = new Heard();
    site.machine(queue, 1, { maxPayload: 1000, onError: heard.onError });
    const args = Array.from({ length: 100 }, () => `[[1],"${'x'.repeat(900)}"]`);
    await bull(queue).add('x', await order(queue, args));
    await heard.hears('more than 16 times maxPayload');
    expect(await site.pool(queue).run((worker) => worker.twice(2))).toBe(4);
    await bull(queue).obliterate({ force: true });
  });

  it('a job whose tasks take more in a worker than one may: those that exceed it fail, and the others run', async () => {
    const queue = site.newQueue();
    site.machine(queue, 1, { maxPayload: 100_000 });
    const args = Array.from({ length: 5 }, () => '[[1],[-7,90000]]');
    const job = await bull(queue).add('x', await order(queue, [...args, '[[1],"well"]']));
    await until(async () => (await bull(queue).getCompletedCount()) === 1);
    const { data } = (await bull(queue).getJob(job.id!))!;
    expect(data.fates).toEqual(['value', 'value', 'error', 'error', 'error', 'value']);
    expect(data.values[2]).toContain('the job takes more than 16 times maxPayload (100000) in a worker');
    await bull(queue).obliterate({ force: true });
  });

  for (const [field, text] of Object.entries({
    data: '{"layout":2,"run":"r',
    opts: '{"att',
    progress: '{',
  }))
    it(`a job whose ${field} is no JSON: the machine goes on, and says so once where that is what it runs`, async () => {
      const queue = site.newQueue();
      const { client } = site.redis;
      const heard = new Heard();
      const { id } = await bull(queue).add('x', await order(queue, ['[[1],"well"]']), { delay: 1_000_000 });
      await client.hset(`bull:${queue}:${id}`, { [field]: text, delay: 0 });
      await client.multi().zrem(`bull:${queue}:delayed`, id!).lpush(`bull:${queue}:wait`, id!).exec();
      const ended = field === 'data' ? 'failed' : 'completed';
      site.machine(queue, 1, { onError: heard.onError });
      await until(async () => (await client.zscore(`bull:${queue}:${ended}`, id!)) !== null);
      if (field === 'data') await heard.hears(`The job "${id}" in the queue "${queue}" cannot be run: `);
      expect(heard.total).toBe(field === 'data' ? 1 : 0);
      expect(await site.pool(queue).run((worker) => worker.twice(2))).toBe(4);
      await bull(queue).obliterate({ force: true });
    });

  it('a job of very many tasks is refused', async () => {
    const queue = site.newQueue();
    const heard = new Heard();
    site.machine(queue, 1, { onError: heard.onError });
    await bull(queue).add(
      'x',
      await order(
        queue,
        Array.from({ length: 10_001 }, () => '-1'),
      ),
    );
    await heard.hears('not as rxjs-parallel makes them');
    expect(await site.pool(queue).run((worker) => worker.twice(2))).toBe(4);
    await bull(queue).obliterate({ force: true });
  });

  it('messages on its channels that mean nothing', async () => {
    const queue = site.newQueue();
    const here = site.machine(queue, 1);
    const pool = site.pool(queue);
    const result = pool.run((worker) => worker.untilReleased(1));
    await here.hears('begun', 1);
    const [id] = await site.redis.client.lrange(`bull:${queue}:active`, 0, -1);
    const [run] = id!.split('-');
    for (const text of ['', `${id} x`, `${id} -1`, `${id}`, 'x'.repeat(10_000), `${id} NaN`])
      await site.redis.client.publish(`bull:${queue}:rxjs-parallel:cancelled`, text);
    for (const text of ['', `${id}`, `${run}-999`, `${run}-x`, 'r0-1'])
      await site.redis.client.publish(`bull:${queue}:rxjs-parallel:ended:${run}`, text);
    here.release();
    expect(await result).toBe(1);
    await site.closes(pool, queue);
  });

  for (const [what, report] of Object.entries({
    'a value that is a sparse array': { fates: ['value'], values: ['[[-7,4000000000]]'] },
    'an error that is none': { fates: ['error'], values: ['[[-7,200000000]]'] },
    'an error in an error in an error': { fates: ['error'], values: ['[["Error",0]]'] },
    'a value that is deep': {
      fates: ['value'],
      values: [`[${Array.from({ length: 9000 }, (_, at) => `[${at + 1}]`).join(',')},1]`],
    },
  }))
    it(`a report with ${what}: that task fails by a CloneError`, async () => {
      const queue = site.newQueue();
      const forging = new BullWorker(
        queue,
        (job) => job.updateData({ layout: LAYOUT, times: [0, 0], ms: 1, unable: null, ...report }),
        { connection: site.redis.connection },
      );
      site.atEnd(() => forging.close());
      const pool = site.pool(queue);
      const error = await reason(pool.run((worker) => worker.twice(1)));
      expect(error).toBeInstanceOf(CloneError);
      expect(error.message).toMatch(/twice\(\).* came unreadable: /);
      await site.closes(pool, queue);
    });

  it('results that are deep are a CloneError or arrive, and nobody sends them again', async () => {
    const queue = site.newQueue();
    site.machine(queue, 1);
    const pool = site.pool(queue);
    for (const levels of [500, 1500, 1800, 2000, 3000, 10_000]) {
      const found = await pool.run((worker) => worker.deep(levels)).catch((error: unknown) => error);
      if (found instanceof Error) expect(found).withContext(String(levels)).toBeInstanceOf(CloneError);
      else expect(levels).toBeLessThan(2500);
    }
    expect(await pool.run((worker) => worker.twice(1))).toBe(2);
    await site.closes(pool, queue);
  });

  it('a DOMException with a code of its own is thrown as others are, and no machine ends', async () => {
    const queue = site.newQueue();
    site.machine(queue, 1);
    const pool = site.pool(queue);
    const error = await reason(pool.run((worker) => worker.refuseCode()));
    expect(error.name).toBe('TimeoutError');
    expect(error.message).toBe('late');
    expect(await pool.run((worker) => worker.twice(1))).toBe(2);
    await site.closes(pool, queue);
  });
});
