// The example `images`: to its end, and ended by Ctrl-C in its middle.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

const PROGRAM = 'dist/examples/images.js';
const HEAD = ['picture', 'width', 'height', 'error'];
/** Far more than are made before Ctrl-C arrives. */
const MANY = 2000;

/** @param {string} directory that is not there yet */
export async function images(directory) {
  const { status, stdout } = spawnSync(process.execPath, [PROGRAM, directory, '--count', '4'], { encoding: 'utf8' });
  assert.equal(status, 0);
  for (const line of ['photo-001.jpg: 640 px', 'photo-002.jpg: Error: ', 'photo-004.jpg: 160 px'])
    assert.ok(stdout.includes(line), `it did not print "${line}":\n${stdout}`);
  assert.match(stdout, /^4 pictures: 3 have thumbnails, 1 could not be read$/m);
  const row = (/** @type {number} */ number) => [`photo-00${number}.jpg`, '2400', '1600', ''];
  const found = rows(directory);
  assert.match(found[2]?.[3] ?? '', /^Error: ./);
  assert.deepEqual(found, [HEAD, row(1), ['photo-002.jpg', '', '', found[2]?.[3]], row(3), row(4)]);
  for (const number of [1, 3, 4])
    for (const width of [640, 160])
      assert.ok(existsSync(join(directory, 'thumbnails', `photo-00${number}-${width}.webp`)));

  const names = Array.from({ length: MANY }, (_, at) => `copy-${String(at).padStart(4, '0')}.jpg`);
  for (const name of names) copyFileSync(join(directory, 'photo-001.jpg'), join(directory, name));
  const child = spawn(process.execPath, [PROGRAM, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  while (child.exitCode === null && !output.includes(`${names[5]}: 640 px`))
    await Promise.race([once(child.stdout, 'data'), ended]);
  child.kill('SIGINT');
  const [code] = await ended;
  assert.equal(code, 130, `it did not end well:\n${output}`);
  const done = Number(/Interrupted after (\d+) of 2004 pictures/.exec(output)?.[1]);
  assert.ok(done < MANY, `it was interrupted after ${done}`);
  const first = names.slice(0, done).map((name) => [name, '2400', '1600', '']);
  assert.deepEqual(rows(directory), [HEAD, ...first]);
  return `interrupted after ${done} pictures`;
}

const rows = (/** @type {string} */ directory) => parse(readFileSync(join(directory, 'thumbnails.csv')));
