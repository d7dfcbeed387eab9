// Finds a Chromium for the browser specs; installs Debian's where there is none and it may.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** As root, without a display, and with nothing fetched that no spec asks for. */
export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

export function chromium() {
  const named = process.env.CHROME_BIN ?? '';
  const found = named === '' ? onPath(NAMES) : named;
  if (found !== undefined) return found;
  if (process.platform === 'linux' && process.getuid?.() === 0 && onPath(['apt-get']) !== undefined) {
    console.log('No Chromium found: installing it with apt-get');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) => execFileSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env });
    try {
      apt('update');
      apt('install', '--yes', '--no-install-recommends', 'chromium');
    } catch {
      // What follows says what to do.
    }
  }
  const installed = onPath(NAMES);
  if (installed !== undefined) return installed;
  throw new Error(
    'The browser specs need Chromium or Google Chrome, and found none. ' +
      'Install one (Debian: apt-get install chromium), or set CHROME_BIN to its executable.',
  );
}

function onPath(names) {
  for (const name of names)
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  return undefined;
}
