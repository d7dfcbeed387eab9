import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as main from 'rxjs-parallel';

const LIB = new URL('../../../lib/', import.meta.url);

/** What each source file imports, types aside. */
function imports(): [file: string, from: string][] {
  const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(new URL(file, LIB), 'utf8');
    const found = text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'|^import '([^']+)'/gm);
    return [...found].map(([, from, bare]): [string, string] => [file.replaceAll('\\', '/'), (from ?? bare)!]);
  });
}

/** Prints what importing an entry has added to the process. */
const added = (entry: string): string => `
  const handlers = () => process.eventNames().map((name) => String(name) + process.listenerCount(name)).sort().join();
  // Those with two underscores are of tslib, which BullMQ imports.
  const globals = () => Reflect.ownKeys(globalThis).map(String).filter((name) => !name.startsWith('__')).sort().join();
  const before = [handlers(), globals()];
  await import(${JSON.stringify(entry)});
  console.log(JSON.stringify([before, [handlers(), globals()]]));
`;

describe('The package', () => {
  it('has these names, and no other', () => {
    expect(Object.keys(main).sort()).toEqual([
      'CloneError',
      'ClosureError',
      'OverflowError',
      'ParallelError',
      'PoolClosedError',
      'TaskTimeoutError',
      'TooManyFailuresError',
      'Transfer',
      'Worker',
      'WorkerCrashedError',
      'WorkerInitError',
      'localPool',
      'parallelConcatMap',
      'parallelFlatMapIterable',
      'parallelMap',
      'parallelMapIterable',
      'parallelMapUnordered',
      'parallelMergeMap',
      'taskOf',
      'workerPool',
    ]);
  });

  it('has, in workers, these names, and no other', async () => {
    expect(Object.keys(await import('rxjs-parallel/worker')).sort()).toEqual(['Transfer', 'expose', 'taskContext']);
  });

  it('has, for many machines, these names, and no other', async () => {
    expect(Object.keys(await import('rxjs-parallel/bullmq')).sort()).toEqual(['bullmqPool', 'serve']);
  });

  it("has, over the platform's Observable, all names that it has over RxJS's", async () => {
    expect(Object.keys(await import('rxjs-parallel/observable')).sort()).toEqual(Object.keys(main).sort());
  });

  it('loads nothing of RxJS there, in Node and in pages', async () => {
    for (const platform of ['node', 'browser'] as const) {
      const { metafile } = await build({
        entryPoints: [fileURLToPath(new URL(`../../${platform}/observable/index.js`, import.meta.url))],
        bundle: true,
        splitting: true,
        format: 'esm',
        platform,
        packages: 'external',
        outdir: '/none',
        write: false,
        metafile: true,
      });
      const loaded = Object.values(metafile.outputs).flatMap((output) =>
        output.imports.filter(({ external }) => external === true),
      );
      expect(loaded.filter(({ path }) => !path.startsWith('node:')))
        .withContext(platform)
        .toEqual([]);
    }
  });

  it('has, to see what workers do, these names, and no other', async () => {
    expect(Object.keys(await import('rxjs-parallel/timeline')).sort()).toEqual(['showInDevTools', 'timeline']);
  });

  it('says what to install where bullmq, ioredis or devalue is missing', () => {
    const peers = ['bullmq', 'ioredis', 'devalue'];
    const folder = mkdtempSync(join(tmpdir(), 'rxjs-parallel-peers-'));
    try {
      const modules = join(folder, 'node_modules');
      const installed = (name: string): string =>
        fileURLToPath(new URL(`../../../node_modules/${name}`, import.meta.url));
      for (const file of ['package.json', 'dist/node'])
        cpSync(new URL(`../../../${file}`, import.meta.url), join(modules, 'rxjs-parallel', file), { recursive: true });
      for (const name of ['rxjs', 'threads', ...peers]) symlinkSync(installed(name), join(modules, name));
      const importing =
        "import('rxjs-parallel/bullmq').then(() => console.log('there'), (e) => console.log(e.message))";
      const said = (): string =>
        execFileSync(process.execPath, ['--eval', importing], { cwd: folder, encoding: 'utf8' }).trim();
      expect(said()).toBe('there');
      for (const name of peers) {
        rmSync(join(modules, name));
        expect(said())
          .withContext(name)
          .toMatch(/^rxjs-parallel\/bullmq needs .*: npm install bullmq ioredis devalue$/);
        symlinkSync(installed(name), join(modules, name));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  for (const entry of ['index', 'bullmq/index'])
    it(`changes no signal handler and no global of a process that imports ${entry}`, () => {
      const run = ['--input-type=module', '--eval', added(new URL(`../../node/${entry}.js`, import.meta.url).href)];
      const [before, after] = JSON.parse(execFileSync(process.execPath, run, { encoding: 'utf8' })) as [
        string[],
        string[],
      ];
      expect(after).toEqual(before);
    });

  const entry = (name: string): string => JSON.stringify(new URL(`../../node/${name}`, import.meta.url).href);
  const printed = (program: string): unknown => {
    const run = ['--input-type=module', '--eval', program];
    return JSON.parse(execFileSync(process.execPath, run, { encoding: 'utf8' }));
  };

  it('changes neither when it is used: what the program has added since the import stays', () => {
    const used = `
      const { lastValueFrom, range } = await import(${JSON.stringify(import.meta.resolve('rxjs'))});
      const { Worker, parallelMap, workerPool } = await import(${entry('index.js')});
      await import(${entry('worker/index.js')});
      // One that knows nothing of this library is spoken to by threads.js, which does change them.
      const url = ${JSON.stringify(new URL('../fixtures/plainThrowers.worker.js', import.meta.url))};
      const pool = workerPool(() => new Worker(url, { type: 'module' }), 1);
      const names = ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection'];
      for (const name of names) process.on(name, () => {});
      globalThis.self = 'mine';
      const listeners = () => names.map((name) => process.listeners(name));
      const before = listeners();
      const last = await lastValueFrom(range(1, 3).pipe(parallelMap((worker, n) => worker.echo(n), pool)));
      const after = listeners();
      const same = after.every((list, at) => list.length === 1 && list[0] === before[at][0]);
      console.log(JSON.stringify({ last, same, self: globalThis.self }));
    `;
    expect(printed(used)).toEqual({ last: 3, same: true, self: 'mine' });
  });

  it('loads threads.js on this side only for workers that know nothing of it', () => {
    const ours = `
      const { createRequire } = await import('node:module');
      const { lastValueFrom, range } = await import(${JSON.stringify(import.meta.resolve('rxjs'))});
      const { parallelMap } = await import(${entry('index.js')});
      const last = await lastValueFrom(range(1, 3).pipe(parallelMap((n) => n * 2, 1)));
      const { cache } = createRequire(${JSON.stringify(import.meta.url)});
      console.log(JSON.stringify({ last, loaded: Object.keys(cache).filter((file) => file.includes('/threads/')) }));
    `;
    expect(printed(ours)).toEqual({ last: 6, loaded: [] });
  });

  it('loads threads.js in a worker only where its host is threads.js', () => {
    const ours = `
      const { lastValueFrom, range } = await import(${JSON.stringify(import.meta.resolve('rxjs'))});
      const { parallelMap } = await import(${entry('index.js')});
      const loaded = async () => {
        const { createRequire } = await import('node:module');
        return Object.keys(createRequire('/').cache).filter((file) => file.includes('/threads/'));
      };
      console.log(JSON.stringify(await lastValueFrom(range(1, 3).pipe(parallelMap(loaded, 1)))));
    `;
    expect(printed(ours)).toEqual([]);
  });

  for (const format of ['esm', 'cjs'] as const)
    it(`says what to do where a bundler has made one file of it all (${format})`, async () => {
      const program = `
        import { of } from 'rxjs';
        import { parallelMap } from 'rxjs-parallel';
        of(1).pipe(parallelMap((n) => n, 1)).subscribe({ error: ({ name, message }) => console.log(name + ': ' + message) });
      `;
      const { outputFiles } = await build({
        stdin: { contents: program, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
        bundle: true,
        platform: 'node',
        format,
        write: false,
        logLevel: 'error',
      });
      const folder = mkdtempSync(join(tmpdir(), 'rxjs-parallel-bundled-'));
      try {
        const file = join(folder, format === 'esm' ? 'bundle.mjs' : 'bundle.cjs');
        writeFileSync(file, outputFiles[0]!.text);
        expect(execFileSync(process.execPath, [file], { encoding: 'utf8' })).toMatch(
          /^WorkerInitError: A worker of an inline function could not be made: .* A bundler has to leave rxjs-parallel out \(as external\)/,
        );
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

  it('imports threads.js through one door on each side', () => {
    const doors = imports().filter(([, from]) => /^threads(?:\/|$)/.test(from));
    expect([...new Set(doors.map(([file]) => file))].sort()).toEqual([
      'threadsjs/threads.ts',
      'worker/host/threads.ts',
    ]);
  });

  it('imports bullmq, ioredis and devalue through one door, which nothing but lib/bullmq knows', () => {
    const doors = imports().filter(([, from]) => /^(?:bullmq|ioredis|devalue)(?:\/|$)/.test(from));
    expect(doors).toEqual([]);
    const text = readFileSync(new URL('bullmq/shared/peers.ts', LIB), 'utf8');
    expect([...text.matchAll(/await peer\(\(\) => import\('(.+)'\)\)/g)].map(([, name]) => name)).toEqual([
      'bullmq',
      'ioredis',
      'devalue',
    ]);
    const users = imports().filter(([, from]) => /(?:^|\/)(?:bullmq\/|peers\.ts$)/.test(from));
    expect(users.length).toBeGreaterThan(2);
    expect(users.filter(([file]) => !file.startsWith('bullmq/'))).toEqual([]);
  });

  it('has no RxJS in workers, and nothing but itself in what crosses', () => {
    const inWorkers = imports().filter(([file]) => file.startsWith('worker/') || file === 'protocol/messages.ts');
    expect(inWorkers.length).toBeGreaterThan(5);
    expect(inWorkers.filter(([, from]) => from.startsWith('rxjs'))).toEqual([]);
    expect(inWorkers.filter(([file]) => file === 'protocol/messages.ts')).toEqual([]);
  });

  it('has no RxJS in its scheduling', () => {
    const engine =
      /^(?:stream\/(?:stream|pushedStream|executor|pushInput|pullInput|reorderBuffer|completionQueue|resultBuffer)|primitives\/fifo|pool\/(?:roundRobin|callRecorder))\.ts$/;
    const found = imports().filter(([file]) => engine.test(file));
    expect(found.length).toBeGreaterThan(5);
    expect(found.filter(([, from]) => from.startsWith('rxjs'))).toEqual([]);
  });

  // Each file takes Node up to 2 ms; what decides how many there are is the grouping in scripts/bundle-node.js.
  for (const [name, most] of [
    ['index', 4],
    ['observable/index', 3],
    ['worker/index', 2],
  ] as const)
    it(`is ${String(most)} files for an import of ${name} in Node`, () => {
      const folder = new URL('../../../dist/node/', import.meta.url);
      const found = new Set([new URL(`${name}.js`, folder).href]);
      for (const file of found)
        for (const [, path] of readFileSync(new URL(file), 'utf8').matchAll(/^import .*?"(\.[^"]+)"/gm))
          found.add(new URL(path!, file).href);
      expect(found.size)
        .withContext([...found].join(' '))
        .toBe(most);
    });
});
