import { failureOf } from '../../support/failing.ts';
import type { Reason } from '../../fixtures/faulty.worker.ts';

describe('A worker that dies of a task', () => {
  it('by an uncaught throw: the cause has the class, the properties and the frames of the worker', async () => {
    const { cause } = await failureOf((worker) => worker.throwLater('error'));
    expect(cause).toBeInstanceOf(RangeError);
    expect(cause).toEqual(jasmine.objectContaining({ message: 'floating', code: 'E_FLOAT' }));
    expect((cause as Error).stack).toContain('faulty.worker');
  });

  it('by a floating rejection: the cause is its reason', async () => {
    const { cause } = await failureOf((worker) => worker.rejectLater('error'));
    expect(cause).toBeInstanceOf(RangeError);
  });

  for (const [reason, expected] of [
    ['undefined', undefined],
    ['text', 'just text'],
  ] as const)
    for (const how of ['throwLater', 'rejectLater'] as const)
      it(`by a non-Error (${how} of ${reason}): the cause is that very value`, async () => {
        const error = await failureOf((worker) => worker[how](reason));
        expect('cause' in error).toBeTrue();
        expect(error.cause).toBe(expected);
      });

  for (const reason of ['function', 'symbol', 'hostile'] satisfies Reason[])
    for (const how of ['throwLater', 'rejectLater'] as const)
      it(`by what cannot cross or be shown (${how} of ${reason}): it has a cause`, async () => {
        const error = await failureOf((worker) => worker[how](reason));
        expect(error.cause).toBeDefined();
      });
});
