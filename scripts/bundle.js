// Puts the modules of dist/lib together into the few files that are published: Node takes half a millisecond for each file.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
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
  const outdir = resolve('dist', platform);
  const { outputFiles } = await build({
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
    write: false,
  });
  await replace(outdir, outputFiles);
}

/** Touches only what differs: others may be reading the rest. */
async function replace(folder, files) {
  for (const { path, contents } of files) {
    const before = await readFile(path).catch(() => undefined);
    if (before?.equals(contents) === true) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
  const wanted = new Set(files.map(({ path }) => path));
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if (/\.(js|map)$/.test(name) && !wanted.has(path)) await rm(path);
  }
}
