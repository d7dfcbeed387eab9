// `npm run example -- NAME [arguments]`: builds, then runs dist/examples/NAME.js, or serves the page examples/NAME.
import { spawnSync } from 'node:child_process';
import { exampleNames, pageNames } from './examples.js';

const pages = pageNames();
const names = [...exampleNames(), ...pages];
const [name, ...args] = process.argv.slice(2);
const at = args.indexOf('--timeline');
const [, timeline] = at < 0 ? [] : args.splice(at, 2);
if (at >= 0 && !/\.(svg|json)$/.test(timeline ?? '')) {
  console.error(`--timeline takes the name of a file that ends in .svg or .json, got ${timeline ?? 'none'}`);
  process.exit(1);
}
if (!names.includes(name)) {
  if (name !== undefined) console.error(`There is no example "${name}".`);
  console.error(
    `Usage: npm run example -- NAME [arguments] [--timeline FILE.svg|FILE.json]\nThe examples: ${names.join(', ')}`,
  );
  process.exit(1);
}
if (process.stderr.isTTY) console.error('Building …');
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
const recorder = new URL('example-timeline.js', import.meta.url).href;
const { status } = spawnSync(
  process.execPath,
  [...(timeline === undefined ? [] : ['--import', recorder]), ...program, ...args],
  { stdio: 'inherit', env: { ...process.env, EXAMPLE_TIMELINE: timeline } },
);
process.exit(status ?? 1);
