import { EventEmitter, once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { PassThrough, Readable, Transform } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { TaskTimeoutError, WorkerCrashedError, parallelMapIterable, taskOf } from '../../lib/index.ts';
import { Counter, all, reason, turn } from '../support/gates.ts';
import { cellsOf, waitAsync } from '../support/cells.ts';
import { FaultyPool } from '../support/faulty.ts';

const THIS_FILE = fileURLToPath(import.meta.url);
const gives = <T>(value: T): { done: false; value: T } => ({ done: false, value });
const DONE = { done: true, value: undefined } as const;

describe('parallelMapIterable with workers', () => {
  it('runs an inline function, with its index and context, in order', async () => {
    const { values } = await all(
      parallelMapIterable(new Counter(3000).numbers(), (n, index, { by }) => [n * by, index], 2, {
        context: { by: 2 },
      }),
    );
    expect(values).toEqual(Array.from({ length: 3000 }, (_, n) => [2 * n, n]));
  });

  it('gives every result with ordered: false', async () => {
    const { values } = await all(parallelMapIterable(new Counter(1000).later(), (n) => n + 1, 2, { ordered: false }));
    expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1));
  });

  it('moves what transfer names, when it is dispatched', async () => {
    const buffers = Array.from({ length: 8 }, (_, n) => new ArrayBuffer(n + 1));
    const results = parallelMapIterable(buffers, (buffer) => buffer.byteLength, 2, {
      transfer: (buffer) => [buffer],
      window: 2,
    });
    expect(await results.next()).toEqual(gives(1));
    expect(buffers.at(-1)!.byteLength).toBe(8);
    expect((await all(results)).values).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual(buffers.map(() => 0));
  });

  it('settles a task that runs too long and one whose worker dies; the others go on', async () => {
    await using faulty = new FaultyPool(2);
    const results = parallelMapIterable(
      new Counter(8).numbers(),
      (worker, n) => (n === 2 ? worker.exit(3) : n === 5 ? worker.loop() : worker.echo(n)),
      faulty.pool,
      { onError: 'settle', timeout: 200 },
    );
    const { values } = await all(results);
    expect(values.map((each) => (each.status === 'fulfilled' ? each.value : each.reason))).toEqual([
      0,
      1,
      jasmine.any(WorkerCrashedError),
      3,
      4,
      jasmine.any(TaskTimeoutError),
      6,
      7,
    ]);
  });

  it('rejects with what a task threw, its task known', async () => {
    const { values, error } = await all(
      parallelMapIterable(['1', '2', '{', '4'], (text) => JSON.parse(text) as number, 2),
    );
    expect(values).toEqual([1, 2]);
    expect(error).toBeInstanceOf(SyntaxError);
    expect(taskOf(error)).toEqual({ index: 2, input: '{' });
  });

  it('cancels what runs when the loop is left', async () => {
    await using faulty = new FaultyPool(2);
    const cells = cellsOf(2);
    const counter = new Counter();
    for await (const value of parallelMapIterable(
      counter.numbers(),
      (worker, n) => (n === 1 ? worker.untilAborted(cells) : worker.echo(n)),
      faulty.pool,
    )) {
      expect(value).toBe(0);
      await waitAsync(cells, 0);
      break;
    }
    expect(counter.closed).toBe(1);
    await waitAsync(cells, 1);
    expect(await faulty.pool.run((worker) => worker.echo('next'))).toBe('next');
    expect(faulty.workers.length).toBeLessThanOrEqual(2);
  });

  it('reads no further than its window while the consumer takes nothing', async () => {
    await using faulty = new FaultyPool(2);
    for (const ordered of [true, false])
      for (const way of ['numbers', 'later'] as const) {
        const counter = new Counter();
        const results = parallelMapIterable(counter[way](), (worker, n) => worker.echo(n), faulty.pool, {
          ordered,
          window: 10,
        });
        const before = faulty.pool.stats().completed;
        for (let taken = 1; taken < 40; taken++) {
          await results.next();
          expect(counter.read).toBeLessThanOrEqual(taken + 10);
        }
        while (faulty.pool.stats().completed < before + 49) await turn();
        expect(counter.read).toBe(49);
        await results.return!();
      }
  });

  describe('of a Node stream', () => {
    it('reads it to its end', async () => {
      const lines = createInterface({ input: createReadStream(THIS_FILE) });
      const lengths = await all(parallelMapIterable(lines, (line) => line.length, 2));
      const text = await new Response(Readable.toWeb(createReadStream(THIS_FILE)) as never).text();
      expect(lengths.values).toEqual(
        text
          .replace(/\n$/, '')
          .split('\n')
          .map(({ length }) => length),
      );
    });

    it('moves its chunks, and gives them through a pipe', async () => {
      const input = Readable.from(Array.from({ length: 50 }, (_, n) => Buffer.alloc(n + 1, n)));
      const through = new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) });
      const { values } = await all(parallelMapIterable(input.pipe(through), (chunk: Uint8Array) => chunk.length, 2));
      expect(values.reduce((sum, length) => sum + length)).toBe((50 * 51) / 2);
    });

    it('leaves a fast source waiting for a slow consumer', async () => {
      let made = 0;
      const input = new Readable({
        objectMode: true,
        highWaterMark: 1,
        read() {
          this.push(made++);
        },
      });
      await using faulty = new FaultyPool(2);
      const results = parallelMapIterable(input, (worker, n) => worker.echo(n), faulty.pool, { window: 4 });
      for (let taken = 0; taken < 30; taken++) {
        expect(await results.next()).toEqual(gives(taken));
        // What is in the stream's own buffer has been made, too.
        expect(made).toBeLessThanOrEqual(taken + 1 + 4 + 2);
      }
      await results.return!();
      expect(input.destroyed).toBeTrue();
    });

    it('that is in the middle of a read: return and an abort destroy it at once', async () => {
      for (const how of ['return', 'abort'] as const) {
        const input = new PassThrough({ objectMode: true });
        await using faulty = new FaultyPool(1);
        const controller = new AbortController();
        const results = parallelMapIterable(input, (worker, value) => worker.echo(value), faulty.pool, {
          signal: controller.signal,
          terminateAfter: Infinity,
        });
        input.write('first');
        expect(await results.next()).toEqual(gives('first'));
        const waiting = results.next();
        await turn();
        if (how === 'return') {
          expect(await results.return!()).toEqual(DONE);
          expect(await waiting).toEqual(DONE);
        } else {
          controller.abort('no more');
          expect(await reason(waiting)).toBe('no more');
        }
        expect(input.destroyed).withContext(how).toBeTrue();
        if (!input.closed) await once(input, 'close');
      }
    });

    it('that errors: rejects with its error', async () => {
      const input = createReadStream('/no/such/file');
      const error = await reason(parallelMapIterable(input, (chunk: Uint8Array) => chunk.length, 1).next());
      expect(error.code).toBe('ENOENT');
    });

    it('of the web: is cancelled by break', async () => {
      const file = createReadStream(THIS_FILE, { highWaterMark: 100 });
      const stream = Readable.toWeb(file) as ReadableStream<Uint8Array>;
      for await (const length of parallelMapIterable(stream, (chunk) => chunk.length, 2)) {
        expect(length).toBe(100);
        break;
      }
      if (!file.closed) await new Promise<void>((resolve) => file.once('close', resolve));
      expect(file.destroyed).toBeTrue();
    });
  });

  it('of a source whose read never ends: the workers end with the loop, which waits no longer than terminateAfter', async () => {
    const silent = new EventEmitter();
    const source = (async function* () {
      yield 1;
      await once(silent, 'never');
      yield 2;
    })();
    for await (const n of parallelMapIterable(source, (value) => value, 1, { terminateAfter: 10 })) {
      expect(n).toBe(1);
      break;
    }
    expect(silent.listenerCount('never')).toBe(1);
  });
});
