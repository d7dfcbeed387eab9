/** A table in Markdown, as the formatter of this project writes it. */
export function table(heads, rows) {
  const widths = heads.map((head, at) => Math.max(3, head.length, ...rows.map((row) => row[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  return [line(heads), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}
