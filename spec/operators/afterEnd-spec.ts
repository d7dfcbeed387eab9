/** Nothing is notified after the end, not even what RxJS would swallow: it passes that to `config.onStoppedNotification`. */
import { type Observable, Subject, config, firstValueFrom, of, range, throwError } from 'rxjs';
import { localPool, parallelMap, parallelMapUnordered } from '../../lib/index.ts';

for (const [name, operator] of Object.entries({ parallelMap, parallelMapUnordered }))
  describe(`${name}, as to what RxJS swallows,`, () => {
    const swallowed: unknown[] = [];

    beforeEach(() => {
      swallowed.length = 0;
      config.onStoppedNotification = (notification) => swallowed.push(notification);
    });

    afterEach(() => {
      config.onStoppedNotification = null;
    });

    /** RxJS reports it in a timer of its own, begun before this one. */
    const reported = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
    const ended = (results: Observable<unknown>): Promise<void> =>
      new Promise((resolve) => results.subscribe({ error: () => resolve(), complete: resolve }));
    const local = localPool({ double: (n: number) => 2 * n });

    it('completes once', async () => {
      await ended(of(1, 2).pipe(operator((worker, n) => worker.double(n), local)));
      await reported();
      expect(swallowed).toEqual([]);
    });

    it('passes on an error of the source once', async () => {
      await ended(throwError(() => new Error('no')).pipe(operator((worker) => worker.double(1), local)));
      await reported();
      expect(swallowed).toEqual([]);
    });

    it('does not notify a subscriber that has left of the end of its own pool', async () => {
      const source = new Subject<number>();
      const subscription = source.pipe(operator((n: number) => n, 1)).subscribe();
      source.next(1);
      subscription.unsubscribe();
      await firstValueFrom(range(1, 3).pipe(operator((n: number) => n, 1)));
      await reported();
      expect(swallowed).toEqual([]);
    });
  });
