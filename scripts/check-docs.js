// The documents: README.md, SECURITY.md, CONTRIBUTING.md, the guides in docs/guides, what programs write in docs/measured.
// `--write` fills in the code.
//  - Every ts block is code that runs: it equals the file, or the region of a file, that is named before it.
//      <!-- from examples/futures.ts -->             the whole file
//      <!-- from examples/guides/errors.ts#skip -->  what stands between `// #region skip` and `// #endregion`
//  - Every link to a file of the project leads to one, and to a heading that is there.
//  - Where code makes a `Worker` the document imports it: TypeScript takes it for that of a page, which Node does not have.
//  - README.md and the guides stay short.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { anchorOf } from './anchors.js';
import { snippetOf } from './snippets.js';

const BLOCK =
  /(?:^<!-- from (?<file>\S+?)(?:#(?<region>\S+))? -->\n+)?^```(?:ts|typescript)\b[^\n]*\n(?<code>.*?)^```$/gms;
const LINK = /\]\((?!https?:)(?<path>[^)#\s]*)(?:#(?<anchor>[^)\s]+))?\)/g;
const MAKES_WORKER = /^<!-- from \S+ -->\n+```ts\n(?:(?!```)[^])*?\bnew Worker\(/m;
const IMPORTS_WORKER = /import \{[^}]*\bWorker\b[^}]*\} from 'rxjs-parallel/;
const FENCED = /^```.*?^```$/gms;
const FENCE = '```';

const GUIDES = 'docs/guides';
/** Most lines of a document. */
const LINES = { 'README.md': 180, [GUIDES]: 200 };

const write = process.argv.includes('--write');
/** @type {string[]} */
const problems = [];
/** @type {Map<string, Set<string>>} */
const headings = new Map();

const documents = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...['docs/measured', GUIDES].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];
let blocks = 0;
for (const document of documents) {
  fillIn(document);
  checkLinks(document);
  const text = readFileSync(document, 'utf8');
  if (MAKES_WORKER.test(text) && !IMPORTS_WORKER.test(text)) problems.push(`${document} does not import \`Worker\``);
  const most = LINES[document] ?? LINES[dirname(document)] ?? Infinity;
  const lines = text.trimEnd().split('\n').length;
  if (lines > most) problems.push(`${document} has ${lines} lines, more than ${most}`);
}
console.log(`${documents.length} documents, ${blocks} blocks of code`);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  console.error('`npm run check:docs -- --write` fills the code in.');
  process.exit(1);
}

/** @param {string} document */
function fillIn(document) {
  const text = readFileSync(document, 'utf8');
  let found = 0;
  const filled = text.replace(BLOCK, (block, ...rest) => {
    const { file, region, code } = rest.at(-1);
    const line = text.slice(0, rest.at(-3)).split('\n').length;
    found++;
    try {
      if (file === undefined) throw new Error('a block of code without `<!-- from FILE -->` before it');
      const wanted = snippetOf(file, region).code;
      if (wanted === code) return block;
      if (!write) throw new Error(`differs from ${file}${region === undefined ? '' : `#${region}`}`);
      return `${block.slice(0, -(code.length + FENCE.length))}${wanted}${FENCE}`;
    } catch (error) {
      problems.push(`${document}:${line}: ${error instanceof Error ? error.message : error}`);
      return block;
    }
  });
  const marks = text.match(/^<!-- from .*-->$/gm)?.length ?? 0;
  if (marks !== found) problems.push(`${document} has ${marks} comments \`from\` for ${found} ts blocks`);
  if (write) writeFileSync(document, filled);
  blocks += found;
}

/** @param {string} document */
function checkLinks(document) {
  for (const { groups } of readFileSync(document, 'utf8').replaceAll(FENCED, '').matchAll(LINK)) {
    const { path = '', anchor } = groups ?? {};
    const target = path === '' ? document : relative('.', resolve(dirname(document), path));
    if (!existsSync(target)) problems.push(`${document}: a link leads to ${target}, which is not there`);
    else if (anchor !== undefined && !headingsOf(target).has(anchor))
      problems.push(`${document}: ${target} has no heading #${anchor}`);
  }
}

/** The anchors of a document's headings, as GitHub makes them. @param {string} document */
function headingsOf(document) {
  let found = headings.get(document);
  if (found === undefined) {
    const text = readFileSync(document, 'utf8').replaceAll(FENCED, '');
    found = new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => anchorOf(title)));
    headings.set(document, found);
  }
  return found;
}
