import { Worker, workerPool } from '../../../lib/index.ts';
import type { HandlerApi } from '../../fixtures/handler.worker.ts';

describe('A worker of a page that deals with its errors', () => {
  for (const event of ['error', 'unhandledrejection'] as const)
    it(`lives, whenever it began to: ${event}`, async () => {
      await using pool = workerPool<HandlerApi>(
        () => new Worker(new URL('../../fixtures/handler.worker.js', import.meta.url), { type: 'module' }),
        1,
      );
      expect(await pool.run((worker) => worker.asked())).toBe(1);
      await pool.run((worker) => worker.deal());
      expect(await pool.run((worker) => worker.fail(event))).toBe(event);
      expect(await pool.run((worker) => worker.asked())).toBe(2);
      expect(pool.stats().restarts).toBe(0);
    });
});
