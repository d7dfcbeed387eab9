// Runs every example there is, each to its end.
import { spawnSync } from 'node:child_process';
import { exampleNames } from './examples.js';

/** With which arguments each is run; an example that is not here is run without any. */
const runs = {
  futures: [[], ['--as-completed']],
  primes: [['2000']],
  compress: [['lib']],
};

let failed = 0;
for (const name of exampleNames())
  for (const args of runs[name] ?? [[]]) {
    const program = [`dist/examples/${name}.js`, ...args];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, program, {
      encoding: 'utf8',
      timeout: 60_000,
    });
    const title = [name, ...args].join(' ');
    if (status === 0 && stdout.trim() !== '') console.log(`${title}: ok`);
    else {
      failed++;
      const why =
        status === 0 ? 'printed nothing' : status === null ? `was ended by ${signal}` : `exited with ${status}`;
      console.error(`${title}: ${why}\n${stdout}${stderr}`);
    }
  }
for (const name of Object.keys(runs))
  if (!exampleNames().includes(name)) {
    failed++;
    console.error(`There is no example "${name}"`);
  }
process.exit(failed === 0 ? 0 : 1);
