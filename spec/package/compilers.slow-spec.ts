import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type ts from 'typescript-6';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Compilers in JavaScript, which have a language service, too. */
const COMPILERS = ['typescript-5.9', 'typescript-6'] as const;

const PRELUDE = `import type { Observable } from 'rxjs';
import {
  type Worker, type WorkerPool, localPool, parallelConcatMap, parallelMap, parallelMapIterable, parallelMapUnordered,
  workerPool,
} from 'rxjs-parallel';
import { bullmqPool } from 'rxjs-parallel/bullmq';
declare const start: () => Worker;
interface Api { count(n: number): number; find(text: string): Promise<boolean>; bytes(n: number): Buffer; file(): Blob }
declare const pool: WorkerPool<Api>;
declare const either: number | WorkerPool<Api>;
declare const numbers: Observable<number>;
`;

/** What is wrong: where the compiler points to, and what it says there. */
interface Wrong {
  readonly at: string;
  readonly says: RegExp;
}
const option = (name: string): Wrong => ({
  at: name,
  says: new RegExp(`'${name}' does not exist in type '\\w*Options`),
});
const oneOfThree: Wrong = {
  at: 'onError',
  says: /"ignore"' is not assignable to type '(?=.*"throw")(?=.*"settle")(?=.*"skip")/,
};
const notAsync: Wrong = { at: 'worker.count(n)', says: /fn must return a call of the worker.* must not be async/ };
const noCall = (at: string): Wrong => ({ at, says: /is not assignable to type 'Call<unknown>'/ });
const notAllOptions = { at: 'timeout', says: /'timeout' does not exist in type/ };
const noWorkers: Wrong = { at: "'4'", says: /'"4"' is not assignable to parameter of type 'Workers'/ };
const untyped: Wrong = { at: 'count', says: /'count' does not exist on type 'Remote<unknown>'/ };

const oneResult: Wrong = { at: 'count', says: /not callable.*'\{ .*the method has one result: use parallelMap/s };

const WITH_POOL = '(worker, n) => worker.count(n), pool';
const INLINE = '(n) => n, 2';
const WRONG: readonly (readonly [program: string, wrong: Wrong])[] = ['parallelMap', 'parallelMapUnordered']
  .map((name) => (args: string) => `numbers.pipe(${name}(${args}))`)
  .concat((args: string) => `parallelMapIterable([1, 2], ${args})`)
  .flatMap((of): (readonly [string, Wrong])[] => [
    [of(`${WITH_POOL}, { onErorr: 'settle' }`), option('onErorr')],
    [of(`${WITH_POOL}, { timeout: 3, onErorr: 'settle', window: 2 }`), option('onErorr')],
    [of(`${WITH_POOL}, { onError: 'ignore' }`), oneOfThree],
    [of(`${WITH_POOL}, { timeout: 3, onError: 'ignore' }`), oneOfThree],
    [of(`${WITH_POOL}, { context: 3 }`), option('context')],
    [of(`${WITH_POOL}, { transfer: (n: number) => [] }`), option('transfer')],
    [of(`${WITH_POOL}, { timeout: '3' }`), { at: 'timeout', says: /'string' is not assignable to type 'number'/ }],
    [of(`${WITH_POOL}, { batch: 'big' }`), { at: 'batch', says: /"big"' is not assignable to type '.*"auto"/ }],
    [of(`${INLINE}, { onErorr: 'settle' }`), option('onErorr')],
    [of(`${INLINE}, { timeout: 3, context: { a: 1 }, onErorr: 'settle' }`), option('onErorr')],
    [of(`${INLINE}, { onError: 'ignore' }`), oneOfThree],
    [
      of(`${INLINE}, { transfer: (n) => n }`),
      { at: 'transfer', says: /'number' is not assignable to type 'readonly object/ },
    ],
    [of(`(n) => n, '4'`), noWorkers],
    [of(`(worker, n) => worker.count(n), '4'`), noWorkers],
    [of(`(n) => n, { timeout: 3 }`), notAllOptions],
    [of(`(n: number) => n, either`), { at: '(n: number) => n', says: /workers is a pool, or a number, or left out/ }],
    [of(`async (worker, n) => worker.count(n), pool`), notAsync],
    [of(`async (worker, n) => { const call = worker.count(n); return call; }, pool`), { ...notAsync, at: 'async' }],
    [of(`(worker, n) => n, pool`), noCall('n, pool')],
    [of(`(worker, n) => { worker.count(n); }, pool`), noCall('(worker, n)')],
    [of(`(worker, n) => n > 1 ? worker.count(n) : n, pool`), noCall('n > 1')],
    [of(`(worker, n) => worker.cuont(n), pool`), { at: 'cuont', says: /'cuont' does not exist on type 'Remote<Api>'/ }],
    [of(`(worker, n) => worker.find(n), pool`), { at: 'n), pool', says: /'number' is not assignable to .*'string'/ }],
    [of(`(worker, n) => worker.count(n), workerPool(start)`), untyped],
    [of(`(worker, n) => worker.count(n), bullmqPool('q', { connection: '' })`), untyped],
  ])
  .concat(
    ['map', 'mapUnordered']
      .map((name) => (args: string) => `numbers.pipe(pool.${name}(${args}))`)
      .concat((args: string) => `pool.mapIterable([1, 2], ${args})`)
      .flatMap((of): (readonly [string, Wrong])[] => [
        [of(`(worker, n) => worker.count(n), { timeout: 3, onErorr: 'settle' }`), option('onErorr')],
        [of(`(worker, n) => worker.count(n), { onError: 'ignore' }`), oneOfThree],
        [of(`(worker, n) => worker.count(n), { context: 3 }`), option('context')],
        [of(`async (worker, n) => worker.count(n)`), notAsync],
        [of(`(worker, n) => n`), noCall('n')],
        [of(`(worker, n) => worker.cuont(n)`), { at: 'cuont', says: /'cuont' does not exist on type 'Remote<Api>'/ }],
        [of(`(worker, n) => worker.find(n)`), { at: 'n)', says: /'number' is not assignable to .*'string/ }],
      ]),
  )
  .concat([
    [`numbers.pipe(parallelMap(${WITH_POOL}, { ordered: false }))`, option('ordered')],
    [`numbers.pipe(parallelMap(${INLINE}, { ordered: false, timeout: 3 }))`, option('ordered')],
    [`parallelMapIterable([1], ${WITH_POOL}, { maxPending: 3 })`, option('maxPending')],
    [`parallelMapIterable([1], ${INLINE}, { overflow: 'error', timeout: 3 })`, option('overflow')],
    [`parallelMapIterable(5, ${INLINE})`, { at: '5', says: /not assignable to parameter of type 'IterableSource/ }],
    [`numbers.pipe(parallelConcatMap(${WITH_POOL}))`, oneResult],
    ['numbers.pipe(pool.mergeMap((worker, n) => worker.count(n)))', oneResult],
    ['pool.run(async (worker) => worker.count(1))', { ...notAsync, at: 'worker.count(1)' }],
    ['pool.run((worker) => { worker.count(1); })', noCall('(worker)')],
    ['pool.run((worker) => worker.count(1), { timeuot: 3 })', option('timeuot')],
    ['workerPool(start).run((worker) => worker.count(1))', untyped],
    [
      `pool.run((worker) => worker.bytes(1)).then((bytes) => bytes.toString('hex'))`,
      { at: "'hex'", says: /Expected 0 arguments/ },
    ],
  ]);

/** What has to compile where Node's types and the DOM's are known. */
const RIGHT = [
  'const file: Promise<Blob> = localPool({ file: () => new Blob() }).run((worker) => worker.file())',
  'const found: Promise<{ blob: Blob }> = localPool({ find: () => ({ blob: new Blob(), f() {} }) }).run((w) => w.find())',
  'const image: Promise<ImageBitmap> = localPool({ draw: (): ImageBitmap => never() }).run((worker) => worker.draw())',
  'const data: Promise<ImageData> = localPool({ draw: (): ImageData => never() }).run((worker) => worker.draw())',
  'const key: Promise<CryptoKey> = localPool({ key: (): CryptoKey => never() }).run((worker) => worker.key())',
  'const box: Promise<DOMRect> = localPool({ box: (): DOMRect => never() }).run((worker) => worker.box())',
  'const error: Promise<DOMException> = localPool({ e: (): DOMException => never() }).run((worker) => worker.e())',
  'const port: Promise<MessagePort> = localPool({ p: (): MessagePort => never() }).run((worker) => worker.p())',
  'const read: Promise<Uint8Array> = pool.run((worker) => worker.bytes(1))',
];

interface Found {
  readonly at: string;
  readonly text: string;
}

const programs = [...RIGHT, ...WRONG.map(([program]) => program)];
const texts = programs.map((program) => `${PRELUDE}declare const never: () => never;\n${program};\nexport {};\n`);
let folder: string;
let files: string[];

/** What stands at a place of a program, to the end of its line. */
const after = (program: number, offset: number): string => texts[program]!.slice(offset).split('\n', 1)[0]!;

function optionsOf(compiler: typeof ts): ts.CompilerOptions {
  return {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    target: compiler.ScriptTarget.ES2022,
    module: compiler.ModuleKind.NodeNext,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    types: ['node'],
    skipLibCheck: true,
  };
}

/** All that a compiler in JavaScript finds, by program. */
function compiled(name: string): readonly (readonly Found[])[] {
  const compiler = require(name) as typeof ts;
  const host = compiler.createCompilerHost(optionsOf(compiler));
  const program = compiler.createProgram(files, optionsOf(compiler), { ...host, getCurrentDirectory: () => folder });
  return files.map((file, at) =>
    program.getSemanticDiagnostics(program.getSourceFile(file)).map(({ start, messageText }) => ({
      at: after(at, start!),
      text: compiler.flattenDiagnosticMessageText(messageText, '\n'),
    })),
  );
}

/** The same of the native one, a program by itself. */
async function compiledOutside(): Promise<readonly (readonly Found[])[]> {
  const options = 'noEmit strict exactOptionalPropertyTypes skipLibCheck'.split(' ').map((name) => `--${name}`);
  const values = ['--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom', '--types', 'node'];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const printed = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [tsc, ...options, ...values, '--pretty', 'false', ...files],
      { cwd: folder, maxBuffer: 2 ** 26 },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    );
  });
  const found: Found[][] = files.map(() => []);
  const each = /^program-(\d+)\.ts\((\d+),(\d+)\): error TS\d+: (.*(?:\n {2}.*)*)/gm;
  for (const [, program, line, column, text] of printed.matchAll(each)) {
    const at = texts[Number(program)]!.split('\n')[Number(line) - 1]!.slice(Number(column) - 1);
    found[Number(program)]!.push({ at, text: text! });
  }
  return found;
}

describe('The compiler', () => {
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'rxjs-parallel-compilers-')));
    mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
    symlinkSync(root, join(folder, 'node_modules/rxjs-parallel'));
    for (const name of ['rxjs', '@types/node'])
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    files = texts.map((text, at) => {
      const file = join(folder, `program-${at}.ts`);
      writeFileSync(file, text);
      return file;
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const name of [...COMPILERS, 'typescript'])
    it(`says what is wrong, of the argument that is: ${name}`, async () => {
      const found = name === 'typescript' ? await compiledOutside() : compiled(name);
      for (const [at, program] of RIGHT.entries()) expect(found[at]).withContext(program).toEqual([]);
      for (const [at, [program, { at: place, says }]] of WRONG.entries()) {
        const [first, ...others] = found[RIGHT.length + at]!;
        expect(first?.at.startsWith(place)).withContext(`${program}: at ${place}, found ${first?.at}`).toBeTrue();
        expect(first?.text).withContext(program).toMatch(says);
        // Of the forms that `workers` may have, the one that was meant, and nothing of what follows from the error.
        expect(first?.text)
          .withContext(program)
          .not.toMatch(/[Oo]verload|WorkerPool<Api>/);
        expect(others.map(({ text }) => text))
          .withContext(program)
          .toEqual([]);
      }
    }, 120_000);
});

describe('An editor', () => {
  for (const name of COMPILERS)
    it(`shows the text of an option where it is written, and proposes the others: ${name}`, () => {
      const compiler = require(name) as typeof ts;
      const text = `${PRELUDE}
numbers.pipe(parallelMap(${INLINE}, { timeout: 3, onError: 'settle', context: { a: 1 }, transfer: (n) => [] }));
numbers.pipe(parallelMapUnordered(${WITH_POOL}, { window: 3, onError: 'skip' }));
parallelMapIterable([1], ${WITH_POOL}, { ordered: false, crashRetries: 3 });
numbers.pipe(pool.map((worker, n) => worker.count(n), {}));
pool.mapIterable([1], (worker, n) => worker.count(n));
numbers.pipe(parallelMap(${WITH_POOL}, { concurrency: 3, /*names*/ }));
numbers.pipe(parallelMap(${WITH_POOL}, { batch: 3, onError: '/*words*/' }));
`;
      const file = join(root, 'spec/written.ts');
      const service = compiler.createLanguageService({
        getCompilationSettings: () => optionsOf(compiler),
        getScriptFileNames: () => [file],
        getScriptVersion: () => '1',
        getScriptSnapshot: (path) => {
          const found = path === file ? text : compiler.sys.readFile(path);
          return found === undefined ? undefined : compiler.ScriptSnapshot.fromString(found);
        },
        getCurrentDirectory: () => root,
        getDefaultLibFileName: (options) => compiler.getDefaultLibFilePath(options),
        fileExists: (path) => path === file || compiler.sys.fileExists(path),
        readFile: (path) => compiler.sys.readFile(path),
        directoryExists: (path) => compiler.sys.directoryExists(path),
      });
      const hover = (word: string): string =>
        compiler.displayPartsToString(service.getQuickInfoAtPosition(file, text.indexOf(word))?.documentation);
      const hovers: readonly [string, string][] = [
        ['timeout: 3', 'Milliseconds that a task may run'],
        ["onError: 'settle'", 'What a failing task does'],
        ['context: {', 'Inline functions only: the third argument of'],
        ['transfer: (', 'Inline functions only: returns the parts of a value to move'],
        ['window: 3', 'For results in source order, and for iterators'],
        ["onError: 'skip'", 'What a failing task does'],
        ['ordered: false', 'Whether results come in the order of the source'],
        ['crashRetries: 3', 'How many times a task is run again'],
        ['concurrency: 3', 'Most workers this operator uses'],
        ['map((', 'with this pool: runs the call'],
        ['mapIterable([', 'with this pool: reads the next value'],
        [`parallelMap(${INLINE}`, 'Runs `fn` on every value, several at once'],
        ['parallelMapIterable([', 'Runs `fn` on every value of an iterable'],
      ];
      for (const [word, documentation] of hovers) expect(hover(word)).withContext(word).toContain(documentation);

      const call = service.getQuickInfoAtPosition(file, text.indexOf('count(n), pool'))?.displayParts;
      expect(compiler.displayPartsToString(call)).toContain('count(n: number): Call<number>');

      const names = text.indexOf('/*names*/');
      const proposed = service.getCompletionsAtPosition(file, names, {})!.entries.map((entry) => entry.name);
      expect(proposed).toEqual(
        jasmine.arrayContaining(['batch', 'crashRetries', 'maxPending', 'onError', 'signal', 'timeout', 'window']),
      );
      expect(proposed).not.toContain('context');
      const details = service.getCompletionEntryDetails(file, names, 'timeout', {}, undefined, {}, undefined);
      expect(compiler.displayPartsToString(details?.documentation)).toContain('Milliseconds that a task may run');
      const words = service.getCompletionsAtPosition(file, text.indexOf('/*words*/'), {})!.entries;
      expect(words.map((entry) => entry.name).sort()).toEqual(['settle', 'skip', 'throw']);
    }, 120_000);
});
