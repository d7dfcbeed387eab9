/** The files that Node loads: few, as each takes it up to two milliseconds. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { forNode } from './threads-js.js';

/**
 * Puts `entries` together, paths by their names. All that the entries `worker` and `host` share is one file, all else that
 * `host` imports another. Where bundlers tell modules apart by which entries share them, they were ten files, and a process
 * had its first result 5 ms later, of 125.
 *
 * @param {Record<string, string>} entries
 * @param {{ worker: string, host: string, outdir: string }} settings
 */
export async function nodeFiles(entries, { worker, host, outdir }) {
  const imports = new Map();
  const graph = {
    name: 'graph',
    moduleParsed({ id, importedIds }) {
      imports.set(id, importedIds);
    },
  };
  /** Whether a module is imported, directly or not, by that entry. */
  const reaches = (entry, id) => {
    const found = new Set([entries[entry]]);
    for (const each of found) for (const imported of imports.get(each) ?? []) found.add(imported);
    return found.has(id) && !Object.values(entries).includes(id);
  };
  const bundle = await rolldown({
    input: entries,
    platform: 'node',
    external: /^(?:node:.*|rxjs|bullmq|ioredis|devalue)$/,
    plugins: [graph, compilerMaps, forNode],
  });
  const { output } = await bundle.generate({
    dir: outdir,
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
    hashCharacters: 'hex',
    sourcemap: true,
    sourcemapExcludeSources: true,
    // Not minified: that saves 3 to 5 ms more, and costs the names in stacks, or lines that a terminal can show.
    comments: { annotation: true, jsdoc: false, legal: true },
    codeSplitting: {
      groups: [
        { name: 'shared', test: (id) => reaches(worker, id) && reaches(host, id) },
        { name: 'host', test: (id) => reaches(host, id) },
      ],
    },
  });
  await bundle.close();
  return output.map((file) => ({
    path: join(outdir, file.fileName),
    contents: Buffer.from(file.type === 'asset' ? file.source : file.code),
  }));
}

/** What the compiler says of its output, so that maps lead to the sources. */
const compilerMaps = {
  name: 'compiler maps',
  async load(id) {
    const map = await readFile(`${id}.map`, 'utf8').catch(() => undefined);
    return map === undefined ? undefined : { code: await readFile(id, 'utf8'), map };
  },
};
