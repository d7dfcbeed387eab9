import { WarmUps } from '../../../lib/workerPool/dispatch/warmUps.ts';

describe('Calls that wait for workers to be up', () => {
  it('are called back once that many are up', async () => {
    const warmUps = new WarmUps();
    const resolved: number[] = [];
    const calls = [1, 3].map((workers) => warmUps.add(workers).then(() => resolved.push(workers)));
    expect(warmUps.most).toBe(3);
    warmUps.settle(0, 4, undefined);
    expect(warmUps.most).toBe(3);
    warmUps.settle(2, 4, undefined);
    await calls[0];
    expect([resolved, warmUps.most]).toEqual([[1], 3]);
    warmUps.settle(3, 4, undefined);
    await calls[1];
    expect([resolved, warmUps.most]).toEqual([[1, 3], 0]);
  });

  it('wait for no more workers than the pool may have', async () => {
    const warmUps = new WarmUps();
    const call = warmUps.add(4);
    warmUps.settle(2, 2, undefined);
    await expectAsync(call).toBeResolved();
  });

  it('are rejected where no more will come up, except calls that have enough', async () => {
    const warmUps = new WarmUps();
    const [first, ...others] = [warmUps.add(1), warmUps.add(2), warmUps.add(3)];
    const reason = new Error('no more');
    warmUps.settle(1, 4, reason);
    await expectAsync(first).toBeResolved();
    for (const call of others) await expectAsync(call).toBeRejectedWith(reason);
    expect(warmUps.most).toBe(0);
  });
});
