// A piece of a file that documents show: the file, or what stands between `// #region NAME` and `// #endregion`.
import { readFileSync } from 'node:fs';

/**
 * The piece without its indent, and the text around it.
 * @param {string} file
 * @param {string} [region]
 */
export function snippetOf(file, region) {
  const text = readFileSync(file, 'utf8');
  if (region === undefined) return { before: '', code: text, after: '' };
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const end = lines.findIndex((line, at) => at > start && line.trim() === '// #endregion');
  if (start < 0 || end < 0) throw new Error(`${file} has no region ${region}`);
  const inner = lines.slice(start + 1, end);
  const indents = inner.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indents);
  return {
    before: lines.slice(0, start).join('\n'),
    code: inner.map((line) => `${line.slice(indent)}\n`).join(''),
    after: lines.slice(end + 1).join('\n'),
  };
}
