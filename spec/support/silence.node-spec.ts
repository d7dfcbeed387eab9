import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The exit code of a Jasmine with our helper, whose only spec does this. */
async function exitCode(deed: string): Promise<number> {
  const program = `
    import Jasmine from 'jasmine';
    const runner = new Jasmine();
    runner.configureDefaultReporter({ print() {} });
    runner.addMatchingHelperFiles([${JSON.stringify(new URL('./silence.js', import.meta.url).pathname)}]);
    runner.env.it('does it', () => { expect(true).toBeTrue(); ${deed} });
    await runner.execute();`;
  return run(process.execPath, ['--input-type=module', '--eval', program]).then(
    () => 0,
    (error: { code: number }) => error.code,
  );
}

describe('A run of specs', () => {
  it('passes where nothing is wrong', async () => {
    expect(await exitCode('')).toBe(0);
  });

  it('fails for a rejection that nobody handles, though it comes after the last spec', async () => {
    expect(await exitCode(`setImmediate(() => void Promise.reject(new Error('late')));`)).not.toBe(0);
  });

  it('fails for too many listeners', async () => {
    expect(await exitCode(`for (let at = 0; at < 11; at++) process.on('some event', () => {});`)).not.toBe(0);
  });
});
