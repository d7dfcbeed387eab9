/**
 * What we use of threads.js becomes part of our files. Its package loads all of its kinds of worker wherever it is imported
 * (`tiny-worker`, `debug`, `eval('require')`), which stops some bundlers (Turbopack, Parcel) and has others warn (Angular).
 */
import { resolve } from 'node:path';

const folder = resolve('node_modules/threads');

/** The text of modules that are not what the package has, by what imports them. */
const texts = new Map([
  ['threads', "export * from './dist-esm/master/spawn.js'; export * from './dist-esm/master/thread.js';"],
  // Its log of messages, which an environment variable turns on.
  ['debug', 'export default () => () => {};'],
  ['../worker_threads', "import * as threads from 'node:worker_threads'; export default () => threads;"],
  // The package is CommonJS, whose helpers would be a file more for a page to fetch.
  [
    'is-observable',
    "export default (value) => [Symbol.observable, '@@observable'].some((key) => typeof value?.[key] === 'function' && value[key]() === value);",
  ],
]);

/** The files of the others. */
const files = (platform) => ({
  'threads/worker': `${folder}/dist-esm/worker/index.js`,
  './implementation': `${folder}/dist-esm/worker/implementation.${platform}.js`,
  'observable-fns': resolve('node_modules/observable-fns/dist.esm/index.js'),
});

/** In pages, as a plugin of esbuild. */
export const forPages = {
  name: 'threads.js',
  setup({ onLoad, onResolve }) {
    const found = files('browser');
    const names = [...texts.keys(), ...Object.keys(found)].join('|').replaceAll('.', '[.]');
    onResolve({ filter: new RegExp(`^(?:${names})$`) }, ({ path }) =>
      texts.has(path) ? { path, namespace: 'threads.js' } : { path: found[path] },
    );
    onLoad({ filter: /./, namespace: 'threads.js' }, ({ path }) => ({ contents: texts.get(path), resolveDir: folder }));
  },
};

/** In Node, as a plugin of Rolldown. */
export const forNode = {
  name: 'threads.js',
  // The id of a text is one in the folder of the package, from which it imports.
  resolveId: (source) =>
    texts.has(source) ? `${folder}/${encodeURIComponent(source)}` : files('worker_threads')[source],
  load: (id) => (id.startsWith(`${folder}/`) ? texts.get(decodeURIComponent(id.slice(folder.length + 1))) : undefined),
};
