/** The channel of a worker that takes batches: what becomes of each message of such a worker. */
import { CloneError } from '../../../lib/index.ts';
import {
  ASK,
  BEGIN,
  CANCEL,
  CHUNK,
  CREDIT,
  REPLY,
  REPORT,
  RUN,
  UNCAUGHT,
  UNREAD,
} from '../../../lib/protocol/messages.ts';
import { packThrown } from '../../../lib/protocol/thrown.ts';
import { BatchChannel } from '../../../lib/workerPool/channel/batchChannel.ts';
import { played, taskOf, tasksOf } from '../../support/playedChannel.ts';

const packed = (error: unknown): unknown =>
  packThrown(
    error,
    (value) => value,
    () => false,
  );

/** A channel with one batch of `count` tasks. */
function sent(count: number, options: Parameters<typeof played>[1] & { buffer?: number } = {}) {
  const worker = played(BatchChannel, options);
  const { attachment, grant } = worker.stream(options);
  worker.channel.send(attachment, tasksOf(count));
  worker.heard();
  const id = worker.lastId();
  const reply = (more: object): void =>
    worker.says({ type: REPLY, id, from: 0, values: [], ms: 1, packing: 0, last: false, ...more });
  return {
    ...worker,
    attachment,
    grant,
    id,
    reply,
    runsOf: worker.runs,
    runs: (tasks: number): void => worker.runs(id, tasks),
  };
}

describe('The channel of batches', () => {
  it('posts a batch as one message, and reports how many tasks were in it', () => {
    const { channel, heard, posted, stream } = played(BatchChannel);
    channel.send(stream().attachment, tasksOf(3));
    expect(posted).toEqual([jasmine.objectContaining({ type: RUN, count: 3, index: 0, cellIndex: 0 })]);
    expect(heard()).toEqual([['sent', 3]]);
    channel.send(stream().attachment, tasksOf(1));
    expect(posted[1]).toEqual(jasmine.objectContaining({ type: RUN, count: 1, cellIndex: 1 }));
  });

  it('gives outcomes to the stream as they come, which goes on after each reply', () => {
    const { channel, heard, reply, runs } = sent(3);
    runs(3);
    reply({ values: ['a', undefined], ms: 2 });
    expect(heard()).toEqual([
      'proved',
      ['value', 0, 'a'],
      ['value', 1, undefined],
      ['observed', 2, 2],
      ['ran', 2],
      ['settled', 2, 0],
      'proceed',
      'changed',
    ]);
    expect(channel.batches.empty).toBeFalse();
    reply({ from: 2, values: [0], packing: 5, last: true });
    expect(heard()).toEqual([
      // How long the reply before took to send.
      ['returned', 2, 5],
      ['value', 2, 0],
      ['observed', 1, 1],
      ['ran', 1],
      ['settled', 1, 0],
      'proceed',
      'changed',
    ]);
    expect(channel.batches.empty).toBeTrue();
  });

  it('gives back what a batch that is over has not begun', () => {
    const { heard, reply, runs } = sent(4);
    runs(1);
    reply({ values: ['a'], last: true });
    expect(heard()).toContain(['back', 1, 2, 3]);
  });

  it('unpacks what was thrown, and what results hold', () => {
    const { heard, reply, runs } = sent(3);
    runs(3);
    const [thrown, held] = [new RangeError('thrown'), Object.assign(new TypeError('held'), { code: 'E' })];
    reply({ values: [packed(thrown), 1, packed({ held })], failed: [0], held: [2], last: true });
    const [, failure, value, result] = heard() as [unknown, ...unknown[][]];
    expect(failure).toEqual(['failure', 0, thrown]);
    expect(value).toEqual(['value', 1, 1]);
    expect((result as [string, number, { held: unknown }])[2].held).toEqual(held);
  });

  it('counts nothing that nobody waits for any more', () => {
    const { attachment, channel, heard, id, posted, reply, runs } = sent(3);
    runs(3);
    channel.cancel(attachment, 1);
    expect(posted.at(-1)).toEqual({ type: CANCEL, id, end: 1, late: false });
    reply({ values: ['a', packed('b'), 'c'], failed: [1], last: true });
    const all = heard();
    expect(all).toContain(['ran', 1]);
    expect(all).toContain(['settled', 1, 0]);
    const none = sent(1);
    none.runs(1);
    none.channel.cancel(none.attachment, 0);
    none.reply({ values: ['a'], last: true });
    expect((none.heard() as unknown[][]).filter(([what]) => what === 'ran')).toEqual([]);
  });

  it('gives nothing of a task that has run out of time', () => {
    const { channel, heard, reply, runs } = sent(1);
    runs(1);
    channel.batches.head!.timeOut();
    reply({ values: ['a'], last: true });
    const all = heard();
    expect(all).toContain(['settled', 0, 0]);
    expect(all.some((each) => Array.isArray(each) && ['value', 'ran', 'back'].includes(each[0] as string))).toBeFalse();
  });

  it('refuses a reply that cannot be true, before any task settles', () => {
    for (const wrong of [
      { values: ['a', 'b', 'c'] },
      { values: ['b'], from: 1 },
      { values: ['a'], failed: [1] },
      { values: ['a'], ms: NaN },
    ]) {
      const { heard, reply, runs } = sent(3);
      runs(2);
      expect(() => reply(wrong))
        .withContext(JSON.stringify(wrong))
        .toThrowError(TypeError);
      expect(heard()).toEqual([]);
    }
  });

  it('refuses what is of another batch than the worker is at, and leaves aside what is of one that is over', () => {
    const { channel, heard, id, reply, runsOf, says, stream } = sent(1);
    channel.send(stream().attachment, tasksOf(1));
    runsOf(id + 1, 1);
    heard();
    const second = { type: REPLY, id: id + 1, from: 0, values: ['b'], ms: 0, packing: 0, last: true };
    expect(() => says(second)).toThrowError(TypeError);
    expect(heard()).toEqual([]);
    channel.batches.remove(channel.batches.head!);
    reply({ values: ['a'], last: true });
    for (const type of [BEGIN, REPORT, CHUNK])
      says({ type, id, offset: 0, time: 1, began: 1, from: 0, values: [1], held: [] });
    expect(heard()).toEqual([]);
  });

  it('knows by the beginning of a task that the worker has come to something', () => {
    const { channel, heard, id, listen, runs, says } = sent(2);
    listen();
    runs(1);
    expect(channel.progress).toBeFalse();
    says({ type: BEGIN, id, offset: 0, time: 1 });
    expect(channel.progress).toBeTrue();
    expect(heard()).toEqual([['task:start', 0]]);
    for (const wrong of [
      { offset: 2, time: 1 },
      { offset: 0, time: NaN },
    ])
      expect(() => says({ type: BEGIN, id, ...wrong })).toThrowError(TypeError);
  });

  it('passes on what a task reports, as long as its outcome is waited for', () => {
    const { attachment, channel, heard, id, runs, says } = sent(2);
    runs(2);
    const report = (offset: number, value: unknown, held = false): void =>
      says({ type: REPORT, id, offset, began: 1, time: 2, value, held });
    report(0, 'a');
    const error = new RangeError('held');
    report(1, packed(error), true);
    expect(heard()).toEqual([
      ['report', 0, 'a'],
      ['report', 1, error],
    ]);
    expect(() => says({ type: REPORT, id, offset: 0, began: NaN, time: 2, value: 'b', held: false })).toThrowError(
      TypeError,
    );
    channel.cancel(attachment, 1);
    report(1, 'c');
    expect(heard()).toEqual([]);
    report(0, 'd');
    expect(heard()).toEqual([['report', 0, 'd']]);
  });

  it('gives the values of a task that goes on, and credit for what is emitted of them', () => {
    const { channel, grant, heard, id, posted, reply, runs, says } = sent(1, { buffer: 8 });
    runs(1);
    const error = new RangeError('held');
    says({ type: CHUNK, id, from: 0, values: [1, packed(error)], held: [1] });
    expect(heard()).toEqual(['proved', ['values', 0, [1, error]], 'proceed']);
    grant(2);
    expect(posted.at(-1)).toEqual({ type: CREDIT, id, count: 2 });
    expect(() => says({ type: CHUNK, id, from: 1, values: [3], held: [] })).toThrowError(TypeError);
    says({ type: CHUNK, id, from: 2, values: [3], held: [] });
    reply({ values: [undefined], last: true });
    expect(channel.batches.empty).toBeTrue();
    const before = posted.length;
    // It is over: nobody gives more.
    grant(1);
    expect(posted.length).toBe(before);
  });

  it('gives no values of a task that is cancelled', () => {
    const { attachment, channel, heard, id, runs, says } = sent(1, { buffer: 8 });
    runs(1);
    channel.cancel(attachment, 0);
    heard();
    says({ type: CHUNK, id, from: 0, values: [1], held: [] });
    expect(heard()).toEqual(['proved']);
  });

  it('knows of a task that asks for its signal, where a message says so', () => {
    const { channel, id, says } = sent(1, { shared: false });
    expect(channel.batches.head!.cell.listens).toBeFalse();
    says({ type: ASK, id: id + 1 });
    says({ type: ASK, id });
    expect(channel.batches.head!.cell.listens).toBeTrue();
  });

  it('has those of a message that the worker cannot read travel alone, and fails one that did', async () => {
    const { channel, heard, id, says, stream } = sent(1);
    channel.send(stream().attachment, tasksOf(2));
    heard();
    says({ type: UNREAD, id });
    expect(heard()).toEqual([['back', '0 alone', '1 alone']]);
    await Promise.resolve();
    expect(heard()).toEqual([['settled', 0, 0], 'proceed', 'changed']);
    says({ type: UNREAD, id: id - 1 });
    const [[what, seq, error]] = heard() as [[string, number, Error]];
    expect([what, seq]).toEqual(['failure', 0]);
    expect(error).toBeInstanceOf(CloneError);
    await Promise.resolve();
    expect(heard()).toEqual([['settled', 0, 1], 'proceed', 'changed']);
    expect(channel.batches.empty).toBeTrue();
    says({ type: UNREAD, id });
    expect(heard()).toEqual([]);
  });

  it('has those of a message that cannot be posted travel alone, and fails one that did', async () => {
    const { channel, heard, refuse, stream } = played(BatchChannel);
    refuse(new Error('no'));
    const { attachment } = stream();
    channel.send(attachment, tasksOf(2));
    expect(heard()).toEqual([['back', '0 alone', '1 alone']]);
    channel.send(attachment, [taskOf(0)]);
    expect(heard()).toEqual([['failure', 0, jasmine.any(CloneError)]]);
    await Promise.resolve();
    expect(heard()).toEqual([['settled', 0, 0], 'proceed', 'changed', ['settled', 0, 1], 'proceed', 'changed']);
  });

  it('asks which batches are over, where a message of the worker could not be read; what was in it fails', () => {
    const { channel, heard, id, posted, reply, runs, runsOf, says, stream, unread } = sent(3);
    channel.send(stream().attachment, tasksOf(1));
    heard();
    unread();
    expect(posted.slice(-2)).toEqual([
      { type: UNREAD, id },
      { type: UNREAD, id: id + 1 },
    ]);
    // The unread message may have had the end of the first.
    runsOf(id + 1, 1);
    says({ type: REPLY, id: id + 1, from: 0, values: ['d'], ms: 0, packing: 0, last: true });
    expect(heard()).toContain(['value', 0, 'd']);
    // The first two outcomes were in it.
    runs(3);
    reply({ from: 2, values: ['c'], last: true });
    const all = heard() as unknown[][];
    expect(all.filter(([what]) => what === 'failure')).toEqual([
      ['failure', 0, jasmine.any(CloneError)],
      ['failure', 1, jasmine.any(CloneError)],
    ]);
    expect(all).toContain(['value', 2, 'c']);
    expect(all.filter(([what]) => what === 'settled')).toEqual([
      ['settled', 0, 1],
      ['settled', 0, 1],
      ['settled', 1, 0],
    ]);
    says({ type: REPLY, id, from: Infinity, values: [], ms: 0, packing: 0, last: true });
    expect(heard()).toEqual([]);
  });

  it('gives up a worker of whose task that gives many values a message could not be read', () => {
    const { exits, unread } = sent(1, { buffer: 8 });
    unread();
    expect(exits.map(({ why }) => why)).toEqual(['sent what cannot be read']);
    expect(exits[0]!.error!(taskOf(0))).toBeInstanceOf(CloneError);
  });

  it('fails by the time that a task has exceeded that task alone, not what the worker has begun since', () => {
    const { channel, heard, runs, runsOf, stream } = sent(1);
    channel.send(stream().attachment, tasksOf(3));
    const [batch, next] = [...channel.batches];
    runs(1);
    runsOf(next!.id, 1);
    heard();
    const late = new RangeError('late');
    channel.fail({ why: 'ran out of time', error: () => late, batch: batch! });
    expect(heard().filter(([what]: any) => what !== 'settled')).toEqual([
      ['failure', 0, late],
      ['ran', 1],
      ['back', 0, 1, 2],
    ]);
  });

  it('hears of errors that nobody caught, and leaves all other messages to threads.js', () => {
    const { exits, heard, says } = sent(1);
    const error = new RangeError('uncaught');
    says({ type: UNCAUGHT, error: packed(error) });
    expect(exits.map(({ cause }) => cause)).toEqual([[error]]);
    for (const other of [undefined, 5, { type: 'running' }, { type: 'uncaughtError', error }]) {
      says(other as never);
      expect(heard()).toEqual([['delivered', other]]);
    }
    expect(exits.length).toBe(1);
  });
});
