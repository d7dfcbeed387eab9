// Types on hover in the code of the guides: a block that is a piece of a file is compiled as that file.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformerTwoslash } from '@shikijs/vitepress-twoslash';
import { createTwoslasher } from 'twoslash';
import ts from 'typescript';
import { snippetOf } from '../../scripts/snippets.js';

const project = fileURLToPath(new URL('../..', import.meta.url));
const FROM = /^<!-- from (?<file>[^\s#]+\.ts)(?:#(?<region>\S+))? -->\s*$/;

/** Gives each such block the rest of its file, cut off when it is shown. Text that is searched has no types. */
export function wholeFiles(md) {
  md.core.ruler.push('whole-files', ({ env, tokens }) => {
    if (env.searched) return;
    tokens.forEach((token, at) => {
      const { file, region } = FROM.exec(tokens[at - 1]?.content ?? '')?.groups ?? {};
      if (token.type !== 'fence' || file === undefined) return;
      const { before, code, after } = snippetOf(project + file, region);
      token.info = 'ts twoslash';
      // A file of its own, beside the one it is: what is shown once must not stand for what others import.
      const name = file.replace(/\.ts$/, '.shown.ts');
      token.content = [`// @filename: ${name}`, before, '// ---cut-before---', code + '// ---cut-after---', after].join(
        '\n',
      );
    });
  });
}

const { config } = ts.readConfigFile(`${project}tsconfig.base.json`, (name) => readFileSync(name, 'utf8'));
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, project);

const compile = createTwoslasher({
  vfsRoot: project.replace(/\/$/, ''),
  // The declarations of the package, not the sources that they come from.
  compilerOptions: { ...options, composite: false, declaration: false, outDir: undefined, rootDir: undefined },
  // The build has checked the files that these are pieces of.
  handbookOptions: { noErrors: true },
});

export const types = transformerTwoslash({
  // The colours of code, in what floats above it.
  floatingVue: { classFloatingPanel: 'twoslash-floating vp-code' },
  // A type, and the first paragraph of what is said of it: the rest is in the reference.
  twoslasher(code, language) {
    const compiled = compile(code, language);
    for (const node of compiled.nodes) {
      node.docs = node.docs?.split('\n\n', 1)[0];
      node.tags = undefined;
    }
    return compiled;
  },
});
