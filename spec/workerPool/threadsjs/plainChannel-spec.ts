/** The channel of a plain threads.js worker: what becomes of each of its calls. */
import { CloneError } from '../../../lib/index.ts';
import { PlainChannel } from '../../../lib/workerPool/channel/plainChannel.ts';
import { played, taskOf, tasksOf } from '../../support/playedChannel.ts';

/** A channel to a worker whose one method answers when the spec says so. */
function plain() {
  const calls: { readonly args: unknown[]; resolve(value: unknown): void; reject(error: unknown): void }[] = [];
  const act = (...args: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => void calls.push({ args, resolve, reject }));
  return { ...played(PlainChannel, { shared: false, plain: { act } }), calls };
}

/** With one call that runs. */
function called(options: { buffer?: number } = {}) {
  const worker = plain();
  const { attachment } = worker.stream(options);
  worker.channel.send(attachment, [taskOf(0)]);
  return { ...worker, attachment };
}

/** What was answered has been looked at. */
const answered = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('The channel of a plain worker', () => {
  it('makes one call at a time, which begins when it is made', () => {
    const { calls, channel, heard, listen, posted, stream } = plain();
    listen();
    channel.send(stream().attachment, tasksOf(1));
    expect(calls.map(({ args }) => args)).toEqual([[0]]);
    expect(heard()).toEqual([['task:start', 0]]);
    expect([channel.most, channel.batches.room]).toEqual([1, false]);
    expect(posted).toEqual([]);
  });

  it('gives the result to the stream, and has room for the next', async () => {
    const { calls, channel, heard, listen } = called();
    listen();
    calls[0]!.resolve(undefined);
    await answered();
    expect(heard()).toEqual([
      'proved',
      ['task:end', 0, 'value'],
      ['ran', 1],
      ['value', 0, undefined],
      ['observed', 1, jasmine.any(Number)],
      ['settled', 1, 0],
      'proceed',
      'changed',
    ]);
    expect([channel.progress, channel.batches.room]).toEqual([true, true]);
  });

  it('gives what was thrown', async () => {
    const { calls, heard, listen } = called();
    listen();
    calls[0]!.reject(0);
    await answered();
    const all = heard();
    expect(all).toContain(['failure', 0, 0]);
    expect(all).toContain(['task:end', 0, 'error']);
    expect(all).toContain(['settled', 1, 1]);
  });

  it('posts nothing about a call that is cancelled, and does not count it', async () => {
    const { attachment, calls, channel, heard, listen, posted } = called();
    listen();
    channel.cancel(attachment, 0);
    expect(posted).toEqual([]);
    calls[0]!.reject('late');
    await answered();
    const all = heard() as unknown[][];
    expect(all).toContain(['task:end', 0, 'cancel']);
    expect(all).toContain(['settled', 0, 0]);
    expect(all.filter(([what]) => what === 'ran')).toEqual([]);
    expect(channel.batches.empty).toBeTrue();
  });

  it('fails the call whose result could not be read, and leaves aside what comes of it', async () => {
    const { calls, channel, heard, unread } = called();
    unread();
    expect(heard()).toContain(['failure', 0, jasmine.any(CloneError)]);
    expect(channel.batches.empty).toBeTrue();
    calls[0]!.resolve(1);
    await answered();
    unread();
    expect(heard()).toEqual([]);
  });

  it('leaves aside what comes of a call whose worker is gone, and fails the call', async () => {
    const { attachment, calls, channel, heard } = called();
    const { attachments, delivered } = channel.fail({ why: 'died' });
    expect([[...attachments], delivered]).toEqual([[attachment], true]);
    expect(heard()).toEqual([
      ['crashed', 0, jasmine.any(Error)],
      ['ran', 1],
      ['settled', 0, 1],
    ]);
    calls[0]!.resolve(1);
    await answered();
    expect(heard()).toEqual([]);
  });

  it('makes no call that is to give many values, and none of a method that is not there', async () => {
    const many = called({ buffer: 8 });
    const none = plain();
    none.channel.send(none.stream().attachment, [taskOf(0, { method: 'none' })]);
    await answered();
    for (const [{ calls, heard }, message] of [
      [many, /^A worker that uses threads\.js's expose has one result a call/],
      [none, /^The worker exposes no method "none"; it exposes act$/],
    ] as const) {
      expect(calls).toEqual([]);
      const failure = heard().find((each) => (each as unknown[])[0] === 'failure') as [string, number, Error];
      expect(failure[2].message).toMatch(message);
    }
  });

  it('hears of errors that nobody caught, and leaves all other messages to threads.js', () => {
    const { exits, heard, says } = called();
    says({ type: 'uncaughtError', error: { __error_marker: '$$error', name: 'RangeError', message: 'uncaught' } });
    expect(exits.map(({ cause }) => cause)).toEqual([[new RangeError('uncaught')]]);
    says({ type: 'running' });
    expect(heard()).toEqual([['delivered', { type: 'running' }]]);
  });
});
