import { replaceClock } from '../../lib/primitives/clock.ts';
import { Notices } from '../../lib/bullmq/shared/notices.ts';

describe('Notices', () => {
  let tick: () => void;
  let before: ReturnType<typeof replaceClock>;
  const reported: [string, number][] = [];
  let notices: Notices;

  beforeEach(() => {
    let timers: (() => void)[] = [];
    const after = (act: () => void): unknown => timers.push(act);
    before = replaceClock({ setTimeout: after as never, clearTimeout: () => {} });
    tick = () => {
      const due = timers;
      timers = [];
      for (const act of due) act();
    };
    reported.length = 0;
    notices = new Notices((error, count) => void reported.push([(error as Error).message, count]));
  });
  afterEach(() => void replaceClock(before));

  const say = (message: string, name = 'Error'): void => notices.add(Object.assign(new Error(message), { name }));

  it('report the first at once, the others of its kind with their number, one a second', () => {
    for (let n = 0; n < 5000; n++) say(`READONLY script ${n}`, 'ReplyError');
    expect(reported).toEqual([['READONLY script 0', 1]]);
    tick();
    expect(reported[1]).toEqual(['READONLY script 1', 4999]);
    tick();
    expect(reported.length).toBe(2);
    say('READONLY again', 'ReplyError');
    expect(reported.length).toBe(3);
  });

  it('report each kind, one after another', () => {
    say('a');
    say('b');
    say('OOM x', 'ReplyError');
    say('b');
    expect(reported).toEqual([['a', 1]]);
    tick();
    tick();
    tick();
    expect(reported.slice(1)).toEqual([
      ['b', 2],
      ['OOM x', 1],
    ]);
  });

  it('keep no more than some kinds, and lose no number', () => {
    for (let n = 0; n < 1001; n++) say(`job ${n}`);
    for (let n = 0; n < 200; n++) tick();
    expect(reported.length).toBe(101);
    expect(reported.reduce((sum, [, count]) => sum + count, 0)).toBe(1001);
  });

  it('say why a transaction was discarded', () => {
    const discarded = Object.assign(new Error('EXECABORT Transaction discarded'), { name: 'ReplyError' });
    notices.add(Object.assign(discarded, { previousErrors: [new Error('OOM command not allowed')] }));
    expect(reported).toEqual([['OOM command not allowed', 1]]);
  });

  it('end', () => {
    say('a');
    say('b');
    notices.end();
    say('c');
    tick();
    expect(reported.length).toBeLessThanOrEqual(2);
    expect(reported.map(([message]) => message)).not.toContain('c');
  });
});
