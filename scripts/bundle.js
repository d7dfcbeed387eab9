// Puts the modules of dist/lib together into the few files that are published.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { nodeFiles } from './bundle-node.js';
import { forPages } from './threads-js.js';

const modules = 'dist/lib';
const entries = ['index', 'worker/index'];
/** Shares nothing with `index`: a page has the one or the other. In Node they share all, so that errors are of one class. */
const apartInPages = ['observable/index'];
/** Shares nothing with the others: what it shared would be a file more in each page. The same in Node. */
const whole = ['timeline/index'];
/**
 * `localPool` has what makes copies, and what all pools share, to itself; and what `pool.mapIterable` fetches is not what
 * `parallelMapIterable` has. Shared they would be in a chunk that a page pays at first, whether it uses them or not:
 * bundlers share by the module, not by what is used of it.
 */
const apart = {
  name: 'apart',
  setup({ onLoad, onResolve }) {
    const own = [
      ...[
        'attachment',
        'dispatcher',
        'ownCall',
        'poolEvents',
        'roundRobin',
        'snapshot',
        'thrown',
        'taskTimes',
        'histogram',
        'eventTime',
      ],
      ...['iterate', 'iterator', 'observable', 'openSource', 'pullInput'],
    ];
    onResolve({ filter: new RegExp(`/(${own.join('|')})\\.js$`) }, ({ importer, namespace, path, resolveDir }) =>
      namespace === 'apart' || APART.test(importer)
        ? { path: resolve(resolveDir, path), namespace: 'apart' }
        : undefined,
    );
    onLoad({ filter: /./, namespace: 'apart' }, async ({ path }) => ({
      contents: await readFile(path),
      resolveDir: dirname(path),
    }));
  },
};
/** A module of ours in a line that imports, in whichever quotes; comments begin with an asterisk. */
const IMPORTED = /(^(?!\s*\*).*(?:from |import\()['"])(\.[^'"]*)\.ts/gm;
const MAP = /^\/\/# sourceMappingURL=.*$/m;
/** Who imports such a part. */
const APART = /[/](localPool[/]\w+|deferredIterator)\.js$/;

/** @type {import('esbuild').BuildOptions & { write: false }} */
const options = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  packages: 'external',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  write: false,
};

await inNode(resolve('dist/node'));
await inPages(resolve('dist/browser'));
await declareCommonJs();

async function inNode(outdir) {
  const names = [...entries, ...apartInPages, 'bullmq/index'];
  const together = await nodeFiles(Object.fromEntries(names.map((name) => [name, resolve(modules, `${name}.js`)])), {
    worker: 'worker/index',
    host: 'observable/index',
    outdir,
  });
  const inline = await build({ ...options, platform: 'node', ...inlineFile(outdir) });
  await replace(outdir, [...together, ...inline.outputFiles]);
  await declare(outdir, names);
}

/**
 * What runs inline functions in Node, in one file whose extension says what it is: bundlers that copy what `new URL` names
 * copy nothing beside it, and no package.json.
 */
function inlineFile(outdir) {
  const of = (/** @type {string} */ name) => resolve(modules, 'worker', name);
  return {
    entryPoints: [of('inline/inlineEntry.node.mjs')],
    outfile: join(outdir, 'worker/inline/inlineEntry.node.mjs'),
    alias: { '#port': of('host/port.node.js'), '#threadsHost': of('host/threadsHost.inline.js') },
  };
}

async function inPages(outdir) {
  const paths = (/** @type {string[]} */ files) => files.map((name) => `${modules}/${name}.js`);
  /** @type {import('esbuild').BuildOptions & { write: false }} */
  const inPage = { ...options, platform: 'browser', outdir, outbase: modules, chunkNames: 'chunks/[name]-[hash]' };
  const together = { ...inPage, splitting: true, plugins: [forPages, apart] };
  const built = [
    await build({ ...together, entryPoints: paths(entries) }),
    await build({ ...together, entryPoints: paths(apartInPages) }),
    await build({ ...inPage, entryPoints: paths(whole) }),
  ];
  await replace(
    outdir,
    built.flatMap(({ outputFiles }) => outputFiles),
  );
  await declare(outdir, [...whole, ...apartInPages]);
}

/**
 * What `require` finds in Node: the same modules, and their types once more as `.d.cts`. A compiler that is told of
 * CommonJS (`module: node16`, or a `.cts` file) refuses to import the types of an ES module.
 */
async function declareCommonJs() {
  const folder = resolve('dist/commonjs');
  const copied = new Map();
  const copy = async (file) => {
    if (copied.has(file)) return;
    copied.set(file, undefined);
    const text = await readFile(join(modules, `${file}.d.ts`), 'utf8');
    const imported = [...text.matchAll(IMPORTED)].map(([, , path]) => normalize(join(dirname(file), path)));
    const path = join(folder, `${file}.d.cts`);
    copied.set(file, { path, contents: Buffer.from(text.replace(MAP, '').replaceAll(IMPORTED, '$1$2.cjs')) });
    await Promise.all(imported.map(copy));
  };
  const names = [...entries, ...apartInPages, 'bullmq/index', ...whole];
  await Promise.all(names.map(copy));
  const required = names.map((name) => {
    const path = join(folder, `${name}.cjs`);
    const platform = whole.includes(name) ? 'browser' : 'node';
    const module = relative(dirname(path), resolve('dist', platform, `${name}.js`)).replaceAll('\\', '/');
    return { path, contents: Buffer.from(`'use strict';\nmodule.exports = require('${module}');\n`) };
  });
  await replace(folder, [...copied.values(), ...required]);
}

/** What measures these files imports them by their path: beside them stands where their types are. Not published. */
async function declare(outdir, files) {
  for (const name of files) {
    const types = relative(dirname(join(outdir, name)), resolve(modules, name)).replaceAll('\\', '/');
    await writeFile(join(outdir, `${name}.d.ts`), `export * from '${types}.js';\n`);
  }
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
    if (/\.([cm]?js|map|cts)$/.test(name) && !wanted.has(path)) await rm(path);
  }
}
