/** Plays a fault in a process, with a watchdog. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { faults } from './faults.js';
import { Watch } from './watch.js';

const program = fileURLToPath(new URL('./hosts/node.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'faults-'));
const broken = join(folder, 'broken.mjs');
writeFileSync(broken, 'this is no code');
process.on('exit', () => rmSync(folder, { recursive: true }));

/** Resolves to `{ events, end, said }`; `end` is 'ended', 'hang' or 'process died'. */
export function inNode(fault, library) {
  return new Promise((resolve) => {
    const run = JSON.stringify({ fault, library, broken: pathToFileURL(broken).href });
    const { FAULTS_START: _, ...env } = process.env;
    const { start } = faults[fault];
    const child = spawn(process.execPath, [program, run], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: start === undefined ? env : { ...env, FAULTS_START: start },
    });
    const watch = new Watch(() => child.kill('SIGKILL'));
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-2000)));
    createInterface({ input: /** @type {import('node:stream').Readable} */ (child.stdio[3]) }).on('line', (line) =>
      watch.event(JSON.parse(line)),
    );
    child.on('close', () => resolve({ ...watch.end(), said }));
  });
}
