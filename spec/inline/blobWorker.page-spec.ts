/** The worker of an inline function in a page, which starts from a Blob. */
import { lastValueFrom, of } from 'rxjs';
import { ClosureError, WorkerInitError, parallelMap } from '../../lib/index.ts';

const inWorker = <T, C>(fn: (n: number, index: number, context: C) => T, context: C) =>
  lastValueFrom(of(0).pipe(parallelMap(fn, 1, { context })));

describe('The worker of an inline function in a page', () => {
  it('gives back the address of its text, also where it is ended before it has loaded', async () => {
    const revoked = spyOn(URL, 'revokeObjectURL').and.callThrough();
    const { createObjectURL } = URL;
    const made = new Promise<string>((resolve) => {
      spyOn(URL, 'createObjectURL').and.callFake((blob) => {
        const url = createObjectURL.call(URL, blob);
        resolve(url);
        return url;
      });
    });
    const subscription = of(0)
      .pipe(parallelMap((n) => n, 1))
      .subscribe(fail);
    const url = await made;
    const given = new Promise((resolve) => {
      revoked.and.callFake((each) => resolve(each));
    });
    subscription.unsubscribe();
    expect(await given).toBe(url);
  });

  it('has its own globals by self, and so has what it imports', async () => {
    expect(await inWorker(() => self.location.protocol, undefined)).toBe('blob:');
    const text = 'export const kinds = [typeof name, typeof origin, typeof close];';
    const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    const kinds = await inWorker(
      async (_n, _index, from) => ((await import(from)) as { kinds: string[] }).kinds,
      address,
    );
    URL.revokeObjectURL(address);
    expect(kinds).toEqual(['string', 'string', 'function']);
  });

  it('has an error that says that its import has no address there', async () => {
    for (const from of ['some-package', '/dist/x.js', './x.js']) {
      const failing = inWorker(async (_n, _index, each) => import(each) as Promise<unknown>, from);
      await expectAsync(failing).toBeRejectedWithError(ClosureError, /has no address in a worker.* context: new URL/);
    }
  });

  it('has an error about text that is no module', async () => {
    // oxlint-disable-next-line typescript/no-implied-eval
    const sloppy = new Function('n', 'return 010 + n;') as (n: number) => number;
    await expectAsync(inWorker(sloppy, undefined)).toBeRejectedWithError(WorkerInitError, /valid in strict mode/);
  });

  it('has the context as it was when its stream was subscribed to', async () => {
    const context = { factor: 2 };
    const result = lastValueFrom(of(3).pipe(parallelMap((n, _index, { factor }) => n * factor, 1, { context })));
    context.factor = 100;
    expect(await result).toBe(6);
  });
});
