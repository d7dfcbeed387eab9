/** docs/guides/troubleshooting.md: every text with which lib/ makes an error has its place there. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript-6';

const LIB = fileURLToPath(new URL('../../../lib/', import.meta.url));
const GUIDE = readFileSync(new URL('../../../docs/guides/troubleshooting.md', import.meta.url), 'utf8');

/** Texts that no user sees: of checks inside the library, of what is thrown away, or only ever the cause of another. */
const INTERNAL = [
  'subscribed',
  'it does not fit what the worker was sent',
  'it is of another batch than the worker is at',
  'what was thrown is not as rxjs-parallel packs it',
  'The lease is no longer wanted',
  'it is no longer wanted',
  'Unhandled promise rejection: ',
  'pool.each',
];

/** The pieces of a text that are written out, without what is filled in. */
function pieces(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node))
    return [node.head.text, ...node.templateSpans.flatMap((span) => [...pieces(span.expression), span.literal.text])];
  if (ts.isConditionalExpression(node)) return [...pieces(node.whenTrue), ...pieces(node.whenFalse)];
  if (ts.isBinaryExpression(node)) return [...pieces(node.left), ...pieces(node.right)];
  if (ts.isParenthesizedExpression(node)) return pieces(node.expression);
  return [];
}

function texts(): { readonly file: string; readonly piece: string }[] {
  const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const source = ts.createSourceFile(file, readFileSync(`${LIB}${file}`, 'utf8'), ts.ScriptTarget.Latest, true);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      const called = ts.isNewExpression(node) || ts.isCallExpression(node) ? node.expression.getText() : '';
      const { arguments: [first] = [] } = node as { arguments?: readonly ts.Node[] };
      if (called.endsWith('Error') && first !== undefined) {
        // Of a text with holes the longest piece distinguishes it from others.
        const [longest] = pieces(first).sort((a, b) => b.length - a.length);
        if (longest !== undefined && longest.trim().length > 3) found.push(longest);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found.map((piece) => ({ file, piece }));
  });
}

/** What an argument or option must be, without its name: the guide has that once for all of them. */
const requirement = (piece: string): string => piece.replace(/^.*(?=must (?:be|return) )/, '').trim();

describe('Troubleshooting', () => {
  it('has every text of an error', () => {
    const all = texts();
    expect(all.length).toBeGreaterThan(100);
    const missing = all.filter(({ piece }) => !INTERNAL.includes(piece) && !GUIDE.includes(requirement(piece)));
    expect(missing).toEqual([]);
  });

  it('leaves out nothing that is not there any more', () => {
    const found = new Set(texts().map(({ piece }) => piece));
    expect(INTERNAL.filter((piece) => !found.has(piece))).toEqual([]);
  });
});
