import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../fixtures/printed.program.js', import.meta.url));
const lines = [1, 2, 3, 4, 5, 6].flatMap((n) => ['a', 'b', 'c'].map((part) => `${part}${n}`)).sort();
/** How often each is run, so many at a time. */
const RUNS = 4;
const AT_ONCE = 2;

describe('What a task has printed before its result was delivered', () => {
  let directory: string;
  beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'printed-'))));
  afterAll(() => rm(directory, { recursive: true }));

  const said = async (name: string): Promise<readonly string[]> => {
    const { stderr, stdout } = await run(process.execPath, [program, name, join(directory, name)]);
    return `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
  };

  for (const [name, when] of [
    ['inline', 'when a stream with workers of its own ends'],
    ['closed', 'when its pool is closed'],
    ['closedAtOnce', 'when its pool is closed at once'],
    ['left', 'when nobody closes its pool, and the process ends'],
    ['idle', 'when its worker has been idle for long'],
    ['replaced', 'when its worker is replaced by maxTasksPerWorker'],
    ['error', 'when another task fails'],
    ['inlineError', 'when another task fails, and the workers are terminated'],
    ['unsubscribed', 'when its worker is terminated in another task'],
    ['timedOut', 'when its worker is terminated for a timeout'],
    ['written', 'by process.stdout.write'],
    ['complained', 'by console.error'],
  ] as const)
    it(`is printed ${when}`, async () => {
      for (let n = 0; n < RUNS; n += AT_ONCE)
        for (const found of await Promise.all(Array.from({ length: AT_ONCE }, () => said(name))))
          // Tasks that came after those whose results were delivered may have printed, too.
          expect(lines.filter((line) => !found.includes(line))).toEqual([]);
    }, 60_000);

  it('is in the file that the task has written to', async () => {
    await said('filed');
    for (const n of [1, 2, 3, 4, 5, 6])
      expect(await readFile(join(directory, `filed.${n}`), 'utf8')).toBe(`a${n}\nb${n}\nc${n}\n`);
  }, 60_000);
});
