import { WarmUps } from '../../../lib/workerPool/dispatch/warmUps.ts';

describe('Those who wait for workers to be up', () => {
  it('are told once so many are', async () => {
    const warmUps = new WarmUps();
    const told: number[] = [];
    const calls = [1, 3].map((workers) => warmUps.add(workers).then(() => told.push(workers)));
    expect(warmUps.most).toBe(3);
    warmUps.settle(0, 4, undefined);
    expect(warmUps.most).toBe(3);
    warmUps.settle(2, 4, undefined);
    await calls[0];
    expect([told, warmUps.most]).toEqual([[1], 3]);
    warmUps.settle(3, 4, undefined);
    await calls[1];
    expect([told, warmUps.most]).toEqual([[1, 3], 0]);
  });

  it('wait for no more workers than the pool may have', async () => {
    const warmUps = new WarmUps();
    const call = warmUps.add(4);
    warmUps.settle(2, 2, undefined);
    await expectAsync(call).toBeResolved();
  });

  it('are told where none will come, but for those who have what they asked for', async () => {
    const warmUps = new WarmUps();
    const [first, ...others] = [warmUps.add(1), warmUps.add(2), warmUps.add(3)];
    const reason = new Error('no more');
    warmUps.settle(1, 4, reason);
    await expectAsync(first).toBeResolved();
    for (const call of others) await expectAsync(call).toBeRejectedWith(reason);
    expect(warmUps.most).toBe(0);
  });
});
