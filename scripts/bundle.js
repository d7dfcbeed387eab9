// Puts the modules of dist/lib together into the few files that are published: Node takes half a millisecond for each file.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const modules = 'dist/lib';
const entries = ['index', 'worker/index'];
// Files of their own: what is found beside another by its address, and what has to run before threads.js does. The text
// of this ends in chunks/: it names the file below from a folder of lib/, one level deep.
const addressed = ['inline/inlineWorker.node'];
const first = ['threadsjs/sideEffects.node', 'worker/host/sideEffects'];
/** Shares nothing with `index`: a page has the one or the other. In Node they share all, so that errors are of one class. */
const apartInPages = ['observable/index'];
/** Shares nothing with the others: what it shared would be a file more in each page. The same in Node. */
const whole = ['timeline/index'];
const hosts = {
  node: [...entries, ...apartInPages, 'bullmq/index', ...addressed, ...first],
  browser: entries,
};

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

/**
 * What we use of threads.js becomes part of our files. Its package loads all of its kinds of worker wherever it is imported
 * (`tiny-worker`, `debug`, `eval('require')`), which stops some bundlers (Turbopack, Parcel) and has others warn (Angular).
 */
const threadsJs = (platform) => ({
  name: 'threads.js',
  setup({ onLoad, onResolve }) {
    const inThreads = (path) => resolve('node_modules/threads/dist-esm', path);
    const texts = new Map();
    const own = (name, contents) => {
      texts.set(name, contents);
      onResolve({ filter: new RegExp(`^${name.replaceAll('.', '[.]')}$`) }, () => ({
        path: name,
        namespace: 'threads.js',
      }));
    };
    onLoad({ filter: /./, namespace: 'threads.js' }, ({ path }) => ({
      contents: texts.get(path),
      resolveDir: resolve('node_modules/threads'),
    }));
    own('threads', "export * from './dist-esm/master/spawn.js'; export * from './dist-esm/master/thread.js';");
    // Its log of messages, which an environment variable turns on.
    own('debug', 'export default () => () => {};');
    own('../worker_threads', "import * as threads from 'node:worker_threads'; export default () => threads;");
    onResolve({ filter: /^threads\/worker$/ }, () => ({ path: inThreads('worker/index.js') }));
    const kind = platform === 'node' ? 'worker_threads' : 'browser';
    onResolve({ filter: /^\.\/implementation$/ }, () => ({ path: inThreads(`worker/implementation.${kind}.js`) }));
    onResolve({ filter: /^observable-fns$/ }, () => ({
      path: resolve('node_modules/observable-fns/dist.esm/index.js'),
    }));
    // The package is CommonJS, whose helpers would be a file more for a page to fetch.
    own(
      'is-observable',
      "export default (value) => [Symbol.observable, '@@observable'].some((key) => typeof value?.[key] === 'function' && value[key]() === value);",
    );
  },
});

for (const platform of /** @type {const} */ (['node', 'browser'])) {
  const names = hosts[platform];
  const outdir = resolve('dist', platform);
  /** @type {import('esbuild').BuildOptions & { write: false }} */
  const options = {
    outdir,
    outbase: modules,
    bundle: true,
    format: 'esm',
    platform,
    target: 'es2022',
    packages: 'external',
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    write: false,
  };
  const paths = (/** @type {string[]} */ files) => files.map((name) => `${modules}/${name}.js`);
  const plugins = [threadsJs(platform), ...(platform === 'browser' ? [apart] : [])];
  const together = await build({ ...options, entryPoints: paths(names), splitting: true, plugins });
  const alone = await build({
    ...options,
    ...(platform === 'browser' ? { entryPoints: paths(whole) } : inlineFile(outdir)),
  });
  const others =
    platform === 'node'
      ? []
      : (await build({ ...options, entryPoints: paths(apartInPages), splitting: true, plugins })).outputFiles;
  await replace(outdir, [...together.outputFiles, ...others, ...alone.outputFiles]);
  await declare(outdir, [...(platform === 'node' ? [...entries, 'bullmq/index'] : whole), ...apartInPages]);
}

/**
 * What runs inline functions in Node, in one file whose extension says what it is: bundlers that copy what `new URL` names
 * copy nothing beside it, and no package.json.
 */
function inlineFile(outdir) {
  const of = (/** @type {string} */ name) => resolve(modules, 'worker', name);
  return {
    entryPoints: [of('inline/inlineEntry.node.mjs')],
    outdir: undefined,
    outbase: undefined,
    outfile: join(outdir, 'worker/inline/inlineEntry.node.mjs'),
    alias: { '#port': of('host/port.node.js'), '#threadsHost': of('host/threadsHost.inline.js') },
  };
}

await declareCommonJs();

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
