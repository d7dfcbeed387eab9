import { ReorderBuffer } from '../../lib/stream/results/reorderBuffer.ts';
import { CompletionQueue } from '../../lib/stream/results/completionQueue.ts';
import { References } from '../support/references.ts';

describe('What was shifted from a result buffer that holds more', () => {
  for (const Outlet of [ReorderBuffer, CompletionQueue])
    it(`is not kept (${Outlet.name})`, async () => {
      const results = new Outlet();
      const outcomes = new References();
      for (let seq = 0; seq < 1000; seq++) results.store(seq, outcomes.add({ seq }));
      for (let seq = 0; seq < 600; seq++) results.shift();
      expect(results.held).toBe(400);
      expect(await outcomes.remaining(400)).toBe(400);
    });
});
