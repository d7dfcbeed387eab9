// `npm run spec:one -- NAME [options of Jasmine]`: builds what has changed, then runs the specs of that name.
import { build, run, specsNamed } from './specs.js';

const [name, ...options] = process.argv.slice(2);
if (name === undefined || name.startsWith('-')) {
  console.error(
    'Usage: npm run spec:one -- NAME [options of Jasmine]\nNAME is of a file in spec/: stream, death/crash',
  );
  process.exit(1);
}
const files = specsNamed(name);
if (files.length === 0) {
  console.error(`No spec is named "${name}"`);
  process.exit(1);
}
console.log(files.map((file) => `spec/${file}`).join('\n'));
process.exit(build() && run(files, options) ? 0 : 1);
