// Installs packages of Debian by apt-get: one update, one install. Whoever else holds apt's locks is waited for.
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LOCKED = /could not get lock|was locked by another process/i;
/** ms for which the locks are waited for: unattended upgrades take minutes. */
const PATIENCE = 10 * 60_000;
const PAUSE = 500;
/** A packet may be lost; where there is no network, that is said within a few minutes. */
const NETWORK = ['Acquire::Retries=2', 'Acquire::http::Timeout=20', 'Acquire::https::Timeout=20'].flatMap((each) => [
  '-o',
  each,
]);

/** @param {readonly string[]} packages */
export const commandFor = (packages) =>
  `apt-get update && apt-get install --yes --no-install-recommends ${packages.join(' ')}`;

/**
 * Rejects with what apt-get says.
 * @param {readonly string[]} packages
 * @param {(line: string) => void} say
 */
export async function install(packages, say) {
  // Where one of several sources is out of reach, the packages may be in another, or known from before: then what is said
  // of it, which would be a warning otherwise, is not needed.
  const update = await complaint(['-o', 'APT::Update::Error-Mode=any', 'update'], say);
  const failure = await complaint(['install', '--yes', '--no-install-recommends', ...packages], say);
  if (failure !== undefined) throw new Error([update, failure].filter((text) => text !== undefined).join('\n'));
}

/**
 * Runs apt-get; gives what it complains of where it fails.
 * @param {readonly string[]} args
 * @param {(line: string) => void} say
 * @returns {Promise<string | undefined>}
 */
async function complaint(args, say) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const end = Date.now() + PATIENCE;
  for (let said = false; ; said = true) {
    const failure = await run('apt-get', ['-qq', ...NETWORK, ...args], { env }).then(
      () => undefined,
      ({ message, stderr = '' }) => (stderr.trim() === '' ? message : stderr.trim()),
    );
    if (failure === undefined || !LOCKED.test(failure) || Date.now() > end) return failure;
    if (!said) say(`Another process has a lock of apt, and is waited for: ${failure.split('\n')[0]}`);
    await sleep(PAUSE);
  }
}
