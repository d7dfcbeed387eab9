// Compiles and runs a program against the packed tarball, as its users have it: each TypeScript, resolution and host.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const require = createRequire(import.meta.url);
const compilers = ['typescript-5.9', 'typescript-6', 'typescript'];
const resolutions = [
  ['--module', 'nodenext'],
  ['--module', 'esnext', '--moduleResolution', 'bundler'],
];
/**
 * Programs that become CommonJS: those of old settings, which know no `exports`, and those that tell `require` from
 * `import`. TypeScript 7 has no `node10`.
 */
const commonJs = [
  { args: ['--module', 'commonjs', '--moduleResolution', 'node10'], only: ['typescript-5.9'] },
  { args: ['--module', 'commonjs'] },
  { args: ['--module', 'node16'] },
  { args: ['--module', 'nodenext'] },
  { args: ['--module', 'esnext', '--moduleResolution', 'bundler'] },
];
const hosts = [
  { name: 'no host types', args: ['--lib', 'es2022'] },
  { name: 'DOM', args: ['--lib', 'es2022,dom,dom.iterable'] },
  { name: 'Node', args: ['--lib', 'es2022', '--types', 'node'], only: 'typescript' },
];
const expected = {
  squares: [1, 4, 9, 16],
  sums: [2, 3, 4, 5],
  moved: [3, 2, 1],
  left: 0,
  halves: [0.5, 1],
  indices: [0, 1, 2],
  closure: true,
  task: { index: 0, input: 7 },
  concurrency: 2,
};

const folder = mkdtempSync(join(tmpdir(), 'rxjs-parallel-consumer-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
install();

const combinations = compilers.flatMap((compiler) =>
  resolutions.flatMap((resolution) =>
    hosts
      .filter(({ only = compiler }) => only === compiler)
      .map(({ name, args }) => ({
        compiler,
        args: ['-p', folder, '--noEmit', ...resolution, ...args],
        title: `${compiler}, ${resolution.at(-1)}, ${name}`,
      })),
  ),
);
const commonJsCombinations = compilers.flatMap((compiler) =>
  commonJs
    .filter(({ only = [compiler] }) => only.includes(compiler))
    .map(({ args }) => ({
      compiler,
      args: ['-p', join(folder, 'commonjs'), '--noEmit', ...args],
      title: `${compiler}, CommonJS, ${args.at(-1)}`,
    })),
);
const results = await Promise.all([...combinations, ...commonJsCombinations].map(compile));
const failures = results.filter((text) => text !== '');
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exit(1);
}
run('.', resolutions[0], 'consumer.js', expected);
run('commonjs', ['--module', 'nodenext'], 'commonjs.js', { squares: [1, 4, 9], doubled: 8, wrong: 'object' });
console.log(`${results.length} compilations, two runs of programs`);

/** Packs the library, and unpacks it where a program finds it. */
function install() {
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  const tarball = execFileSync('npm', pack, { encoding: 'utf8' }).trim();
  const installed = join(folder, 'node_modules/rxjs-parallel');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', installed, '--strip-components=1']);
  mkdirSync(join(folder, 'node_modules/@types'));
  for (const name of ['rxjs', 'threads', '@types/node'])
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
  cpSync('fixtures/consumer', folder, { recursive: true });
  // threads.js's types do not resolve from ESM, so a consumer cannot have those of its Pool this way.
  cpSync('spec/types', join(folder, 'types'), { recursive: true, filter: (file) => !file.endsWith('threads.ts') });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
}

/** Gives what the compiler finds wrong. */
async function compile({ compiler, args, title }) {
  // By require: to find out the names that an import could have of it takes a second.
  const found = compiler === 'typescript' ? await compileOutside(compiler, args) : compileHere(require(compiler), args);
  return found === '' ? '' : `${title}:\n${found}`;
}

/** The native compiler: a program by itself, which is fast. */
async function compileOutside(compiler, args) {
  try {
    await promisify(execFile)(process.execPath, [resolve('node_modules', compiler, 'bin/tsc'), ...args]);
    return '';
  } catch (error) {
    return error.stdout + error.stderr;
  }
}

/** A compiler in JavaScript takes a third of the time once it is warm. */
function compileHere(ts, args) {
  const { options: given } = ts.parseCommandLine(args);
  const project = given.project;
  const { config } = ts.readConfigFile(join(project, 'tsconfig.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, project, {
    ...given,
    project: undefined,
  });
  const program = ts.createProgram(fileNames, options);
  return ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), ts.createCompilerHost(options));
}

/** Compiles the program of a folder and compares what it prints. */
function run(project, resolution, file, wanted) {
  const tsc = resolve('node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(folder, project), ...resolution, ...hosts[0].args]);
  const program = join(folder, project, 'dist', file);
  const printed = execFileSync(process.execPath, [program], { encoding: 'utf8', timeout: 30_000 });
  if (printed.trim() === JSON.stringify(wanted)) return;
  console.error(`The program ${file} printed\n${printed}instead of\n${JSON.stringify(wanted)}`);
  process.exit(1);
}
