// Compiles and runs a program against the packed tarball, as its users have it: each TypeScript, resolution and host.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const compilers = ['typescript-5.9', 'typescript-6', 'typescript'];
const resolutions = [
  ['--module', 'nodenext'],
  ['--module', 'esnext', '--moduleResolution', 'bundler'],
];
const hosts = [
  { name: 'no host types', args: ['--lib', 'es2022'] },
  { name: 'DOM', args: ['--lib', 'es2022,dom,dom.iterable'] },
  { name: 'Node', args: ['--lib', 'es2022', '--types', 'node'] },
];
const expected = {
  squares: [1, 4, 9, 16],
  sums: [2, 3, 4, 5],
  moved: [3, 2, 1],
  left: 0,
  halves: [0.5, 1],
  closure: true,
  task: { index: 0, input: 7 },
  concurrency: 2,
};

const folder = mkdtempSync(join(tmpdir(), 'rxjs-parallel-consumer-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const tarball = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
  encoding: 'utf8',
}).trim();
const installed = join(folder, 'node_modules/rxjs-parallel');
mkdirSync(installed, { recursive: true });
execFileSync('tar', ['-xzf', join(folder, tarball), '-C', installed, '--strip-components=1']);
mkdirSync(join(folder, 'node_modules/@types'));
for (const name of ['rxjs', 'threads', '@types/node'])
  symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
cpSync('fixtures/consumer', folder, { recursive: true });
cpSync('spec/types', join(folder, 'types'), { recursive: true, filter: (file) => !file.endsWith('threads.ts') });

const combinations = compilers.flatMap((compiler) =>
  resolutions.flatMap((resolution) => hosts.map((host) => ({ compiler, resolution, host }))),
);
let failed = 0;
async function compileNext() {
  for (;;) {
    const combination = combinations.shift();
    if (combination === undefined) return;
    const { compiler, resolution, host } = combination;
    const tsc = resolve('node_modules', compiler, 'bin/tsc');
    const args = [tsc, '-p', folder, '--noEmit', ...resolution, ...host.args];
    try {
      await promisify(execFile)(process.execPath, args, { encoding: 'utf8' });
    } catch (error) {
      failed++;
      console.error(`${compiler}, ${resolution.at(-1)}, ${host.name}:\n${error.stdout}${error.stderr}`);
    }
  }
}
await Promise.all([compileNext(), compileNext()]);
if (failed > 0) process.exit(1);

execFileSync(process.execPath, [
  resolve('node_modules/typescript/bin/tsc'),
  '-p',
  folder,
  ...resolutions[0],
  ...hosts[0].args,
]);
const printed = execFileSync(process.execPath, [join(folder, 'dist/consumer.js')], {
  encoding: 'utf8',
  timeout: 30_000,
});
if (printed.trim() !== JSON.stringify(expected)) {
  console.error(`The consumer printed\n${printed}instead of\n${JSON.stringify(expected)}`);
  process.exit(1);
}
console.log(`${compilers.length * resolutions.length * hosts.length} compilations, one run of the program`);
