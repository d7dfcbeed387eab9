/** Inline functions as compilers emit them, with helpers outside of the function. */
import { transformSync } from 'esbuild';
import { lastValueFrom, of, toArray } from 'rxjs';
import ts from 'typescript-6';
import { ClosureError, parallelConcatMap, parallelMap } from '../../lib/index.ts';

type Fn = (n: number) => unknown;

/** What is exported as `fn`, where all that its compiler has put around it is gone: only the text of the function counts. */
// oxlint-disable-next-line typescript/no-implied-eval
const load = (code: string): Fn => new Function(`${code}\nreturn fn;`)() as Fn;

const COMPILERS: Readonly<Record<string, (code: string) => string>> = {
  esbuild: (code) => transformSync(code, { target: 'es2015' }).code,
  'esbuild, as Angular has it': (code) =>
    transformSync(code, { target: 'es2022', supported: { 'object-rest-spread': false, 'async-await': false } }).code,
  TypeScript: (code) => ts.transpile(code, { target: ts.ScriptTarget.ES2015, module: ts.ModuleKind.ESNext }),
};

const inWorker = (fn: Fn): Promise<unknown> => lastValueFrom(of(3).pipe(parallelMap(fn, 1)));

describe('An inline function that a compiler has lowered', () => {
  const FUNCTIONS: Readonly<Record<string, readonly [string, unknown]>> = {
    'spreads an object': ['const fn = (n) => ({ ...{ n, a: 0 }, ...null, a: 1 });', { n: 3, a: 1 }],
    'takes the rest of one': [
      "const fn = (n) => { const { a, ...rest } = { a: 1, b: n, ['c']: 2 }; return rest; };",
      { b: 3, c: 2 },
    ],
    'is async': [
      'const fn = async (n) => { try { await Promise.reject(n); } catch (e) { return (await e) * 2; } };',
      6,
    ],
    'is async, in a class': [
      'class Own { make() { return async (n) => { const [a, b] = [await n, 1]; return a + b; }; } } const fn = new Own().make();',
      4,
    ],
  };
  for (const [compiler, compile] of Object.entries(COMPILERS))
    for (const [what, [code, expected]] of Object.entries(FUNCTIONS))
      it(`${what} (${compiler})`, async () => {
        expect(await inWorker(load(compile(code)))).toEqual(expected);
      });

  for (const [compiler, compile] of Object.entries(COMPILERS))
    it(`gives many values (${compiler})`, async () => {
      const code = 'const fn = async function* (n) { yield n; const more = await Promise.resolve(4); yield more; };';
      const values = of(3).pipe(parallelConcatMap(load(compile(code)) as () => AsyncIterable<number>, 1), toArray());
      expect(await lastValueFrom(values)).toEqual([3, 4]);
    });

  it('imports from an address that it is given', async () => {
    const code = 'const fn = async (n, index, from) => (await import(from)).default + n;';
    const { ES2022: target } = ts.ScriptTarget;
    const compiled = {
      TypeScript: ts.transpile(code, { target, module: ts.ModuleKind.ESNext, rewriteRelativeImportExtensions: true }),
      Vite: code.replace('import(from)', "import(__vite__injectQuery(from, 'import'))"),
    };
    for (const [compiler, text] of Object.entries(compiled)) {
      expect(text).withContext(compiler).toContain('import(__');
      const options = { context: 'data:text/javascript,export default 4' };
      expect(await lastValueFrom(of(3).pipe(parallelMap(load(text), 1, options))))
        .withContext(compiler)
        .toBe(7);
    }
  });

  it('is async, and its helper has lost its name', async () => {
    const code = transformSync('export const fn = async (n) => (await n) + 1; export const other = async () => 1;', {
      target: 'es2015',
      minify: true,
      format: 'esm',
    }).code;
    const [, name] = /fn=(\w+)|(\w+) as fn/.exec(code)!.filter((each) => each !== undefined);
    expect(await inWorker(load(`${code.replace(/export\{.*/, '')}\nconst fn = ${name};`))).toBe(4);
  });

  it('uses the this around it: the error says so', async () => {
    const code = 'class Own { k = 1; make() { return async (n) => (await n) * this.k; } } const fn = new Own().make();';
    const compiled = COMPILERS['esbuild']!(code);
    await expectAsync(inWorker(load(compiled))).toBeRejectedWithError(ClosureError, /uses "this"/);
  });

  it('spreads an object, and its helpers have lost their names: the error says what to write', async () => {
    for (const text of ['(n) => s(l({}, { n }), { a: 1 })', '(n) => l({}, { n })'])
      await expectAsync(inWorker(load(`const fn = ${text}`))).toBeRejectedWithError(
        ClosureError,
        /a compiler makes of \{ \.\.\.spread \} \(Angular always does\): write Object\.assign/,
      );
  });

  it('is counted for a coverage tool', async () => {
    const text = '(n) => { cov_2k3(); cov_2k3().f[0]++; cov_2k3().s[1]++; cov_2k3().b[0][1]++; return n + 1; }';
    expect(await inWorker(load(`const fn = ${text}`))).toBe(4);
  });

  it('imports, and Vite has written that anew', async () => {
    const importing = (name: string) =>
      load(`const fn = async () => (await __vite_ssr_dynamic_import__('${name}')).posix.sep`);
    for (const name of ['/@id/node:path', 'node:path']) expect(await inWorker(importing(name))).toBe('/');
    await expectAsync(inWorker(importing('/src/own.ts'))).toBeRejectedWithError(
      ClosureError,
      /made by Vite, or Vitest/,
    );
  });

  it('imports, and is CommonJS now: the error names the setting', async () => {
    const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
    for (const esModuleInterop of [true, false]) {
      const code = ts.transpile("const fn = async () => (await import('node:path')).sep;", {
        ...options,
        esModuleInterop,
      });
      await expectAsync(inWorker(load(code))).toBeRejectedWithError(ClosureError, /"module": "nodenext"/);
    }
  });
});
