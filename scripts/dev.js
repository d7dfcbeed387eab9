// `npm run dev [-- NAME]`: at each change in lib/ or spec/ builds, and runs the specs of that name; without a name those
// of the files that have changed.
import { readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { build, run, specsNamed, specsOf } from './specs.js';

/** Editors write a file in several steps. */
const QUIET = 50;

const [name, ...options] = process.argv.slice(2);
/** @type {Set<string>} */
const changed = new Set();
/** @type {NodeJS.Timeout | undefined} */
let timer;

if (name === undefined) console.log('Watching lib/ and spec/: what changes is built, and its specs are run');
else runChosen(specsNamed(name));

/** Each by itself: a recursive watch of Node 20 loses a file that an editor replaces. */
for (const folder of ['lib', 'spec'].flatMap(foldersOf))
  watch(folder, (_event, file) => {
    if (file === null || !file.endsWith('.ts') || file.endsWith('.generated.ts')) return;
    changed.add(file);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const files = [...changed];
      changed.clear();
      runChosen(name === undefined ? [...new Set(files.flatMap(specsOf))] : specsNamed(name));
    }, QUIET);
  });

/** @param {string} folder */
function foldersOf(folder) {
  const inner = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...inner.map((entry) => join(entry.parentPath, entry.name))];
}

/** @param {readonly string[]} files */
function runChosen(files) {
  const began = performance.now();
  console.log(`\n${files.length === 0 ? 'No spec is of that name: only built' : files.join(', ')}`);
  const passed = build() && (files.length === 0 || run(files, options));
  console.log(`${passed ? 'ok' : 'FAILED'}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
