/** `key` with as many keys as there are values: none is kept when its tasks are done. */
import { range } from 'rxjs';
import { localPool, parallelMap } from '../../lib/index.ts';

const echo = { run: (value: any): any => value };

describe('key', () => {
  it('goes through a million keys, and through a hundred thousand values of one', () => {
    const count = { keys: 1_000_000, values: 100_000 };
    for (const [what, key] of [
      ['keys', (n: number) => n],
      ['values', () => undefined],
    ] as const) {
      let sum = 0;
      range(0, count[what])
        .pipe(parallelMap((worker, n) => worker.run(n), localPool(echo), { key }))
        .subscribe((n: number) => (sum += n));
      expect(sum).toBe((count[what] * (count[what] - 1)) / 2);
    }
  });
});
