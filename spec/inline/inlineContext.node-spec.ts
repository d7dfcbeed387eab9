import { lastValueFrom, range, tap, toArray } from 'rxjs';
import { parallelMap } from '../../lib/index.ts';

describe('The context of an inline function', () => {
  it('is as it was when the first worker started, whichever worker runs it', async () => {
    const context = { list: ['before'] };
    const results = range(0, 20).pipe(
      tap((n) => n === 1 && context.list.push('after')),
      parallelMap((_n, _index, given) => given.list, 2, { context }),
      toArray(),
    );
    expect(new Set((await lastValueFrom(results)).map(String))).toEqual(new Set(['before']));
  });
});
