import { Coalesced } from '../../lib/primitives/coalesced.ts';

describe('Rounds', () => {
  it('are done once for each call, and once more for all the calls from within one', () => {
    let done = 0;
    let within: (boolean | 'running')[] = [];
    const rounds = new Coalesced(() => {
      done++;
      if (done === 1) within = [rounds.run(), rounds.run(), rounds.running ? 'running' : false];
    });
    expect(rounds.run()).toBeTrue();
    expect(done).toBe(2);
    expect(within).toEqual([false, false, 'running']);
    expect(rounds.running).toBeFalse();
    expect(rounds.run()).toBeTrue();
    expect(done).toBe(3);
  });

  it('go on after one has thrown', () => {
    const errors = [new Error('once')];
    let done = 0;
    const rounds = new Coalesced(() => {
      const error = errors.pop();
      if (error !== undefined) throw error;
      done++;
    });
    expect(() => rounds.run()).toThrowError('once');
    expect(rounds.running).toBeFalse();
    expect(rounds.run()).toBeTrue();
    expect(done).toBe(1);
  });
});
