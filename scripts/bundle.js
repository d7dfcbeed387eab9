// Puts the modules of dist/lib together into the few files that are published: Node takes half a millisecond for each file.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const modules = 'dist/lib';
const entries = ['index', 'worker/index'];
const hosts = {
  // The last two are found by their addresses, which have to stay what they are.
  node: [...entries, 'bullmq/index', 'threads/platform.node', 'worker/inline.node'],
  browser: entries,
};

for (const [platform, names] of Object.entries(hosts)) {
  const outdir = `dist/${platform}`;
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: names.map((name) => `${modules}/${name}.js`),
    outdir,
    outbase: modules,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform,
    target: 'es2022',
    packages: 'external',
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
}
