// `npm run example -- NAME [arguments]`: builds, then runs dist/examples/NAME.js, or serves the page examples/NAME.
import { spawnSync } from 'node:child_process';
import { exampleNames, pageNames } from './examples.js';

const pages = pageNames();
const names = [...exampleNames(), ...pages];
const [name, ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  if (name !== undefined) console.error(`There is no example "${name}".`);
  console.error(`Usage: npm run example -- NAME [arguments]\nThe examples: ${names.join(', ')}`);
  process.exit(1);
}
const build = spawnSync('npm run -s build', { shell: true, encoding: 'utf8' });
if (build.status !== 0) {
  console.error(build.stdout + build.stderr);
  process.exit(1);
}
// Ctrl-C goes to the example, too: how it ends is waited for.
process.on('SIGINT', () => {});
const program = pages.includes(name)
  ? ['node_modules/vite/bin/vite.js', '--config', `examples/${name}/vite.config.ts`]
  : [`dist/examples/${name}.js`];
const { status } = spawnSync(process.execPath, [...program, ...args], { stdio: 'inherit' });
process.exit(status ?? 1);
