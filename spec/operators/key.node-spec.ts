import { Subject } from 'rxjs';
import { localPool, parallelMap, parallelMapUnordered } from '../../lib/index.ts';
import { References } from '../support/references.ts';

describe('Keys that are objects', () => {
  for (const [name, operator] of Object.entries({ parallelMap, parallelMapUnordered }))
    it(`are let go of when nothing of them is in flight, while the stream of ${name} lasts`, async () => {
      const references = new References();
      const source = new Subject<number>();
      const values: number[] = [];
      const subscription = source
        .pipe(
          operator((worker, n) => worker.run(n), localPool({ run: (n: number) => n }), {
            key: () => references.add({}),
          }),
        )
        .subscribe((n) => values.push(n));
      for (let n = 0; n < 1000; n++) source.next(n);
      expect(values.length).toBe(1000);
      // The last that was worked on may still be at hand.
      expect(await references.remaining(1)).toBeLessThanOrEqual(1);
      subscription.unsubscribe();
    });
});
