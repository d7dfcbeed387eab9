// The site of the documentation: `npm run docs` serves it, `npm run docs:build` writes it to docs/.vitepress/dist.
// What it needs has a lock file of its own in docs/, and is installed at the first time; from then on no network is needed.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'vite';

const command = process.argv[2] === 'build' ? 'build' : 'dev';

/** @param {string} line @param {string} [cwd] */
function run(line, cwd = '.') {
  const { status } = spawnSync(line, { cwd, shell: true, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync('docs/node_modules')) run('npm ci --ignore-scripts --no-audit --no-fund', 'docs');
cpSync('docs/images', 'docs/public/images', { recursive: true });
cpSync('examples/browser/icon.svg', 'docs/public/icon.svg');
// The live page, in the site: its guides are those beside it.
await build({
  configFile: 'examples/browser/vite.config.ts',
  logLevel: 'error',
  build: { outDir: resolve('docs/public/live') },
  plugins: [
    {
      name: 'in-the-site',
      transformIndexHtml: (html) => html.replace(/href="[^"]*\/docs\/guides"/, 'href="../guides/which-form"'),
    },
  ],
});
// Fails where something public has no comment.
run('npx typedoc', 'docs');
// Where a member is inherited from helps where there is a page of that; `Omit.window` and `Disposable.[dispose]` are noise.
for (const name of readdirSync('docs/reference', { recursive: true, encoding: 'utf8' })) {
  const path = `docs/reference/${name}`;
  if (!name.endsWith('.md')) continue;
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replaceAll(/^#+ Inherited from\n\n`[^\n]*`\n+/gm, ''));
}
run(`npx vitepress ${command} . ${command === 'dev' ? '--host 127.0.0.1' : ''}`, 'docs');
