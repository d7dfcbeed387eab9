// Puts each worker of Node's specs together into one file: of what it costs to start one, a third is to load its modules.
import { readdir } from 'node:fs/promises';
import { build } from 'esbuild';

const fixtures = 'spec/fixtures';
// In the stacks of those that throw, files are told apart; what may be imported is imported by a spec, in pages too.
const names = (await readdir(fixtures)).filter((name) => /(?<!throwers|importable)\.worker\.ts$/i.test(name));

// From the sources, onto what the compiler has made of them.
await build({
  entryPoints: names.map((name) => `${fixtures}/${name}`),
  outdir: `dist/${fixtures}`,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  packages: 'external',
  logLevel: 'warning',
});
