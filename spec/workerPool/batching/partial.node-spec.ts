/** `Buffer`s that are parts of something larger, which others go on using. */
import { createGzip, gunzipSync } from 'node:zlib';
import { lastValueFrom, range, toArray } from 'rxjs';
import { CloneError, Transfer, Worker, type WorkerPool, parallelMap, workerPool } from '../../../lib/index.ts';
import type { SetupApi } from '../../fixtures/setup.worker.ts';
import type { Throwers } from '../../support/throwers.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

for (const file of ['throwers.worker', 'plainThrowers.worker'])
  describe(`A Buffer that is part of a larger one (${file})`, () => {
    let pool: WorkerPool<Throwers>;
    beforeAll(() => {
      pool = workerPool<Throwers>(
        () => new Worker(new URL(`../../fixtures/${file}.js`, import.meta.url), { type: 'module' }),
        1,
      );
    });
    afterAll(() => pool.close());

    it('crosses as what it shows, copied or moved; what it is part of stays', async () => {
      const secret = Buffer.from('secret');
      const chunk = Buffer.from('shown');
      expect(chunk.buffer).toBe(secret.buffer);
      for (const value of [chunk, Transfer(chunk, [chunk.buffer])])
        expect(await pool.run((worker) => worker.boundsOf(value as never))).toEqual([0, 5, 5]);
      for (const value of [chunk, Transfer(chunk, [chunk.buffer])]) {
        const back = (await pool.run((worker) => worker.echo(value as never))) as Uint8Array;
        expect([text(back), back.buffer.byteLength]).toEqual(['shown', 5]);
      }
      expect([text(secret), text(chunk), text(Buffer.from('next'))]).toEqual(['secret', 'shown', 'next']);
    });

    it('comes back as what it shows, copied or moved', async () => {
      // What a plain worker moves is between it and its host.
      for (const moved of file === 'throwers.worker' ? [false, true] : [false]) {
        const results = await lastValueFrom(
          range(0, 300).pipe(
            parallelMap((worker, n) => worker.pooled(`chunk ${n}`, moved), pool),
            toArray(),
          ),
        );
        for (const [n, bytes] of results.entries()) expect(text(bytes)).toBe(`chunk ${n}`);
        if (file === 'throwers.worker')
          for (const bytes of results) expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
      }
    });

    it('of zlib is right, and zlib goes on', async () => {
      const input = Buffer.alloc(400_000);
      for (let at = 0; at < input.length; at++) input[at] = (at * at * 2_654_435_761) >>> 13;
      const gzip = createGzip();
      gzip.end(input);
      const parts: Uint8Array[] = [];
      for await (const chunk of gzip as AsyncIterable<Buffer>)
        parts.push((await pool.run((worker) => worker.echo(Transfer(chunk, [chunk.buffer])))) as Uint8Array);
      expect(parts.length).toBeGreaterThan(1);
      expect(gunzipSync(Buffer.concat(parts)).equals(input)).toBeTrue();
    });

    it('is refused, as a view of the pool that is to be moved', async () => {
      const { buffer, byteOffset, length } = Buffer.from('shown');
      const view = new Uint8Array(buffer, byteOffset, length);
      await expectAsync(pool.run((worker) => worker.echo(Transfer(view, [buffer])))).toBeRejectedWithError(
        CloneError,
        /copy it first/,
      );
      expect(text(Buffer.from('next'))).toBe('next');
    });

    it('may be moved where it is all of its own', async () => {
      const whole = Buffer.alloc(5, 'x');
      expect(await pool.run((worker) => worker.boundsOf(Transfer(whole, [whole.buffer])))).toEqual([0, 5, 5]);
      expect(whole.length).toBe(0);
    });
  });

it('A Buffer that is part of a larger one crosses as what it shows as data, carried, and in a call on every worker', async () => {
  const of = (shown: string): { bytes: Uint8Array } => ({ bytes: Buffer.from(shown) });
  await using pool = workerPool<SetupApi>(
    () => new Worker(new URL('../../fixtures/setup.worker.js', import.meta.url), { type: 'module' }),
    { size: 1, data: of('data'), carry: () => of('carried') },
  );
  expect(await pool.run((worker) => worker.behind(Buffer.from('argument')))).toEqual([4, 7, 8]);
  expect(await pool.each((worker) => worker.behind(Buffer.from('each')))).toEqual([
    { status: 'fulfilled', value: [4, undefined, 4] },
  ]);
});
