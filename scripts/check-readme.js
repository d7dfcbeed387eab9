// The code in README.md and in docs/SCALING.md is code that runs: every ts block equals the file, or the region of a
// file, named before it.
//   <!-- from examples/futures.ts -->           the whole file
//   <!-- from examples/snippets.ts#pool -->     what stands between `// #region pool` and `// #endregion`
// --write fills the blocks in.
import { readFileSync, writeFileSync } from 'node:fs';

const BLOCK =
  /(?:^<!-- from (?<file>\S+?)(?:#(?<region>\S+))? -->\n+)?^```(?:ts|typescript)\b[^\n]*\n(?<code>.*?)^```$/gms;

const FENCE = '```';

const write = process.argv.includes('--write');
const problems = [];

for (const document of ['README.md', 'docs/SCALING.md']) {
  const text = readFileSync(document, 'utf8');
  let blocks = 0;
  const filled = text.replace(BLOCK, (block, ...rest) => {
    const { file, region, code } = rest.at(-1);
    const line = text.slice(0, rest.at(-3)).split('\n').length;
    blocks++;
    try {
      if (file === undefined) throw new Error('a block of code without `<!-- from FILE -->` before it');
      const wanted = sourceOf(file, region);
      if (wanted === code) return block;
      if (!write) throw new Error(`differs from ${file}${region === undefined ? '' : `#${region}`}`);
      return `${block.slice(0, -(code.length + FENCE.length))}${wanted}${FENCE}`;
    } catch (error) {
      problems.push(`${document}:${line}: ${error.message}`);
      return block;
    }
  });
  const marks = text.match(/^<!-- from .*-->$/gm)?.length ?? 0;
  if (blocks === 0) problems.push(`${document} has no ts block`);
  if (marks !== blocks && problems.length === 0)
    problems.push(`${document} has ${marks} comments \`from\` for ${blocks} ts blocks`);
  if (write) writeFileSync(document, filled);
  console.log(`${document}: ${blocks} blocks of code`);
}
if (problems.length > 0) {
  console.error(problems.join('\n'));
  console.error('`npm run check:readme -- --write` fills the blocks in.');
  process.exit(1);
}

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
