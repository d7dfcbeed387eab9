/** What the operators keep alive of a long source. */
import { parallelMapIterable } from '../../lib/index.ts';
import { FaultyPool } from '../support/faulty.ts';
import { References } from '../support/references.ts';

describe('parallelMapIterable of a long source', () => {
  it('keeps no more inputs and results alive than its window asks for', async () => {
    // Those of the window, the one that the loop has in hand, and the one that the generator has just made.
    const atMost = 20 + 2;
    const source = function* (kept: References): Generator<{ n: number }> {
      for (let n = 0; n < 5000; n++) yield kept.add({ n });
    };
    await using faulty = new FaultyPool(2);
    for (const onError of ['throw', 'settle'] as const) {
      const kept = new References();
      const results = parallelMapIterable(source(kept), (worker, input) => worker.echo(input), faulty.pool, {
        window: 20,
        onError,
      });
      let taken = 0;
      let most = 0;
      for await (const result of results) {
        expect(result).toBeDefined();
        if (++taken % 500 === 0) most = Math.max(most, await kept.remaining(atMost));
      }
      expect(taken).toBe(5000);
      expect(most).withContext(onError).toBeLessThanOrEqual(atMost);
    }
  });
});
