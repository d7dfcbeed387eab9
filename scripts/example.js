// `npm run example -- NAME [arguments]`: builds, then runs dist/examples/NAME.js.
import { spawnSync } from 'node:child_process';
import { exampleNames } from './examples.js';

const names = exampleNames();
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
const { status } = spawnSync(process.execPath, [`dist/examples/${name}.js`, ...args], { stdio: 'inherit' });
process.exit(status ?? 1);
