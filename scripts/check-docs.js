// The documents: README.md, the guides in docs/guides, what programs write in docs/measured. `--write` fills in the code.
//  - Every ts block is code that runs: it equals the file, or the region of a file, that is named before it.
//      <!-- from examples/futures.ts -->             the whole file
//      <!-- from examples/guides/errors.ts#skip -->  what stands between `// #region skip` and `// #endregion`
//  - Every link to a file of the project leads to one, and to a heading that is there.
//  - README.md and the guides stay short.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

const BLOCK =
  /(?:^<!-- from (?<file>\S+?)(?:#(?<region>\S+))? -->\n+)?^```(?:ts|typescript)\b[^\n]*\n(?<code>.*?)^```$/gms;
const LINK = /\]\((?!https?:)(?<path>[^)#\s]*)(?:#(?<anchor>[^)\s]+))?\)/g;
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
  const most = LINES[document] ?? LINES[dirname(document)] ?? Infinity;
  const lines = readFileSync(document, 'utf8').trimEnd().split('\n').length;
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
      const wanted = sourceOf(file, region);
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

/** @param {string} file @param {string | undefined} region */
function sourceOf(file, region) {
  const text = readFileSync(file, 'utf8');
  if (region === undefined) return text;
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const end = lines.findIndex((line, at) => at > start && line.trim() === '// #endregion');
  if (start < 0 || end < 0) throw new Error(`${file} has no region ${region}`);
  const inner = lines.slice(start + 1, end);
  const indents = inner.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indents);
  return inner.map((line) => `${line.slice(indent)}\n`).join('');
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
    found = new Set(
      [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s_-]/gu, '')
          .replaceAll(' ', '-'),
      ),
    );
    headings.set(document, found);
  }
  return found;
}
