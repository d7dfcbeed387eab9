/** Starts a process that measures, and gives what it found. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { libraries } from './libraries.js';

/**
 * Resolves to `{ figures, check }`, or `{ error }`. `run` is what measure.js is told; `limit` is in seconds.
 * @param {any} run
 * @param {any} how
 * @returns {Promise<any>}
 */
export function launch(run, { steps, limit, nodeOptions = [] }) {
  const own = libraries[run.library].nodeOptions ?? [];
  const measure = fileURLToPath(new URL('./measure.js', import.meta.url));
  return new Promise((done) => {
    let output = '';
    let errors = '';
    let late = false;
    const child = spawn(process.execPath, [...own, ...nodeOptions, measure, JSON.stringify(run)], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, BENCH_STEPS_PER_US: String(steps) },
    });
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit * 1000);
    child.stderr?.setEncoding('utf8').on('data', (text) => (errors += text));
    /** @type {import('node:stream').Readable} */ (child.stdio[3])
      .setEncoding('utf8')
      .on('data', (text) => (output += text));
    child.on('close', (code) => {
      clearTimeout(timer);
      if (late) done({ error: `more than ${limit} s` });
      else if (output === '')
        done({ error: `ended with ${code}: ${errors.trim().split('\n').slice(0, 12).join('\n')}` });
      else done(JSON.parse(output));
    });
  });
}
