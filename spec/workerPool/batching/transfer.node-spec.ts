import { Transfer, Worker } from '../../../lib/index.ts';
import { Thread, spawn } from 'threads';

describe('Transfer', () => {
  it('is understood by a thread that threads.js itself has spawned', async () => {
    const worker = new Worker(new URL('../../fixtures/plainThrowers.worker.js', import.meta.url), { type: 'module' });
    const thread = (await spawn(worker as never)) as never as { size(buffer: unknown): Promise<number> };
    const [alone, named] = [new ArrayBuffer(8), new ArrayBuffer(16)];
    expect(await thread.size(Transfer(alone))).toBe(8);
    expect(await thread.size(Transfer(named, [named]))).toBe(16);
    expect([alone.byteLength, named.byteLength]).toEqual([0, 0]);
    await Thread.terminate(thread as never);
  });

  it('says what it wants', () => {
    for (const value of [5, null, 'text', undefined])
      expect(() => Transfer(value)).toThrowError(TypeError, /^Transfer: value must be an object to be moved, got /);
    for (const list of [null, new ArrayBuffer(1), 'a'])
      expect(() => Transfer({}, list as never)).toThrowError(
        TypeError,
        /^Transfer: transferables must be an array of /,
      );
    expect(() => Transfer(5, [])).not.toThrow();
  });
});
