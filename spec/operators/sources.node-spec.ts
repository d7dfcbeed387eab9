/** Sources of Node that have begun, or are over, before anything is read of them. */
import { EventEmitter, on, once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Duplex, PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import { concat, from, lastValueFrom, toArray } from 'rxjs';
import { localPool, parallelMapIterable } from '../../lib/index.ts';
import { all, reason } from '../support/gates.ts';

const pool = localPool({ echo: (value: any): any => (typeof value === 'object' ? value.length : value) });
const echoed = (source: AsyncIterable<any>): AsyncIterableIterator<any> =>
  parallelMapIterable(source, (worker, value) => worker.echo(value), pool);

describe('A source that has begun before it is read', () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rxjs-parallel-sources-'));
    file = join(folder, 'lines');
    writeFileSync(file, 'a\nb\nc');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const lines = (): ReturnType<typeof createInterface> => createInterface({ input: createReadStream(file) });

  it('lines: none is lost, though they have all come', async () => {
    const source = lines();
    const out = echoed(source);
    await once(source, 'close');
    expect(await all(out)).toEqual({ values: ['a', 'b', 'c'] });
  });

  it('lines of an open file', async () => {
    const handle = await open(file);
    const out = echoed(handle.readLines());
    await once(handle as never as EventEmitter, 'close');
    expect(await all(out)).toEqual({ values: ['a', 'b', 'c'] });
  });

  it('lines, of which there are more than are kept: the file waits', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => `line ${n}`);
    const long = join(folder, 'long');
    writeFileSync(long, many.join('\n'));
    const input = createReadStream(long);
    const out = echoed(createInterface({ input }));
    while (!input.isPaused()) await sleep(1);
    expect(await all(out)).toEqual({ values: many });
  });

  it('two in concat: the second has come while the first is read', async () => {
    const sources = [lines(), lines()];
    const closed = sources.map((source) => once(source, 'close'));
    const both = concat(...sources.map((source) => from(echoed(source))));
    await Promise.all(closed);
    expect(await lastValueFrom(both.pipe(toArray()))).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('events of an emitter, by an iterable that listens when it is asked', async () => {
    const emitter = new EventEmitter();
    const source = { [Symbol.asyncIterator]: () => on(emitter, 'value', { close: ['end'] }) };
    const out = parallelMapIterable(source, (worker, [value]) => worker.echo(value), pool);
    for (let n = 0; n < 3; n++) emitter.emit('value', n);
    emitter.emit('end');
    expect(await all(out)).toEqual({ values: [0, 1, 2] });
    expect(emitter.listenerCount('value')).toBe(0);
  });

  const streams: Record<string, () => Readable> = {
    'a file': () => createReadStream(file, 'utf8'),
    'a transform that has all': () => {
      const through = new PassThrough({ objectMode: true });
      through.end('a\nb\nc');
      return through;
    },
    'what is made of an array': () => Readable.from(['a\nb\nc']),
    'unzipped bytes': () => {
      const unzipped = createGunzip();
      unzipped.end(gzipSync('a\nb\nc'));
      return unzipped.setEncoding('utf8');
    },
    'a web stream as Node has it': () =>
      Readable.fromWeb(new Blob(['a\nb\nc']).stream() as never, { encoding: 'utf8' }),
    'a duplex': () => Duplex.from(['a\nb\nc']),
  };
  for (const [what, make] of Object.entries(streams))
    it(`${what}: is read in full`, async () => {
      const out = echoed(make());
      await sleep(20);
      expect(await all(out)).toEqual({ values: ['a\nb\nc'] });
    });

  it('a stream that fails before it is read: rejects with its error, and ends no process', async () => {
    const missing = createReadStream(join(folder, 'missing'));
    const out = echoed(missing);
    if (!missing.closed) await new Promise<void>((resolve) => missing.once('close', resolve));
    expect((await reason(out.next())).code).toBe('ENOENT');
    const torn = echoed(createInterface({ input: createReadStream(join(folder, 'missing')) }));
    await sleep(20);
    expect((await reason(torn.next())).code).toBe('ENOENT');
  });

  it('the body of an answer that breaks off: rejects', async () => {
    const server = createServer((_request, answer) => {
      answer.writeHead(200, { 'content-length': 100 });
      answer.write('half', () => answer.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const answer = await new Promise<IncomingMessage>((resolve) => get({ port, host: '127.0.0.1' }, resolve));
    const out = echoed(answer);
    if (!answer.closed) await new Promise<void>((resolve) => answer.once('close', resolve));
    expect((await all(out)).error).toBeInstanceOf(Error);
    server.close();
  });
});

describe('A source that is over before it is given', () => {
  it('a stream that has been read: gives nothing', async () => {
    const stream = Readable.from([1, 2]);
    expect(await all(echoed(stream))).toEqual({ values: [1, 2] });
    expect(await all(echoed(stream))).toEqual({ values: [] });
    const drained = new PassThrough();
    drained.end('x');
    drained.resume();
    await once(drained, 'end');
    expect(await all(echoed(drained))).toEqual({ values: [] });
  });

  it('a stream that was destroyed: rejects', async () => {
    for (const error of [undefined, new Error('torn')]) {
      const stream = Readable.from([1, 2]);
      stream.on('error', () => {});
      stream.destroy(error);
      await once(stream, 'close').catch(() => {});
      const said = await reason(echoed(stream).next());
      if (error === undefined) expect(said.code).toBe('ERR_STREAM_PREMATURE_CLOSE');
      else expect(said).toBe(error);
    }
  });

  it('lines that were closed: rejects, and says why', async () => {
    const source = createInterface({ input: Readable.from(['a\n']) });
    source.resume();
    await once(source, 'close');
    expect((await reason(echoed(source).next())).message).toMatch(/^The source was closed before it was given/);
  });

  it('lines of a stream that has ended, or is destroyed: ends', async () => {
    const ended = new PassThrough();
    ended.end();
    ended.resume();
    await once(ended, 'close');
    expect(await all(echoed(createInterface({ input: ended })))).toEqual({ values: [] });
    const torn = new PassThrough();
    const out = all(echoed(createInterface({ input: torn })));
    torn.write('a\nb');
    await sleep(1);
    torn.destroy();
    expect((await out).values[0]).toBe('a');
  });
});

describe('A source that is never read', () => {
  it('is closed by return, and by a signal that has aborted', async () => {
    const emitter = new EventEmitter();
    const source = { [Symbol.asyncIterator]: () => on(emitter, 'value') };
    const out = echoed(source);
    expect(emitter.listenerCount('value')).toBe(1);
    expect(await out.return!()).toEqual({ done: true, value: undefined });
    expect(emitter.listenerCount('value')).toBe(0);
    const signal = AbortSignal.abort('no');
    const aborted = parallelMapIterable(source, (worker, [value]) => worker.echo(value), pool, { signal });
    expect(await reason(aborted.next())).toBe('no');
    expect(emitter.listenerCount('value')).toBe(0);
    const input = new PassThrough();
    await echoed(input).return!();
    expect(input.destroyed).toBeTrue();
    const lines = createInterface({ input: new PassThrough() });
    await echoed(lines).return!();
    expect((lines as never as { closed: boolean }).closed).toBeTrue();
  });

  it('listens to nothing where another argument is wrong', () => {
    const emitter = new EventEmitter();
    const source = { [Symbol.asyncIterator]: () => on(emitter, 'value') };
    expect(() => parallelMapIterable(source, 5 as never, pool)).toThrowError(/fn must be/);
    expect(() => parallelMapIterable(source, () => 0, 0 as never)).toThrowError();
    expect(emitter.listenerCount('value')).toBe(0);
  });
});
