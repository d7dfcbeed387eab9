// Puts the modules of dist/lib together into the few files that are published: Node takes half a millisecond for each file.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const modules = 'dist/lib';
const entries = ['index', 'worker/index'];
// Files of their own: what is found beside another by its address, and what has to run before threads.js does.
const addressed = ['threads/platform.node', 'worker/inline.node'];
const first = ['threads/before.node', 'worker/before'];
const hosts = {
  node: [...entries, 'bullmq/index', ...addressed, ...first],
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
