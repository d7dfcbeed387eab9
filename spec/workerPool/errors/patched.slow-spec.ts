import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../fixtures/patched.program.js', import.meta.url));

const SAID = [
  [0, 'RangeError: as it is', 2],
  [0, 'RangeError: frames', 2],
  [0, 'RangeError: frozen', 2],
  [0, 'TimeoutError: deleted', 2],
];

describe('A program that has changed Error', () => {
  for (const [name, what] of [
    ['nothing', 'has changed nothing'],
    ['frames', 'has its stacks as frames'],
    ['object', 'has its stacks as objects'],
    ['throws', 'throws instead of making a stack'],
    ['zero', 'wants no stacks'],
    ['deleted', 'has no limit to stacks'],
    ['text', 'has a limit that is no number'],
    ['uncaptured', 'cannot capture stacks'],
    ['frozen', 'has frozen it, and its prototype'],
  ] as const)
    it(`goes on, and hears what tasks throw: it ${what}`, async () => {
      const { stdout } = await run(process.execPath, [program, name]);
      expect(JSON.parse(stdout)).toEqual(SAID);
    }, 20_000);

  it('goes on, and hears what tasks throw: all intrinsics are frozen', async () => {
    const { stdout } = await run(process.execPath, ['--frozen-intrinsics', '--no-warnings', program, 'nothing']);
    expect(JSON.parse(stdout)).toEqual(SAID);
  }, 20_000);
});
