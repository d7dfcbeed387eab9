// Finds a program on PATH; installs Debian's package of it where there is none and it may.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** `variable` names the environment variable that says where it is; `title` and `purpose` are for messages. */
export function installed({ names, variable, package: name, title, purpose }) {
  const named = process.env[variable] ?? '';
  const found = named === '' ? onPath(names) : named;
  if (found !== undefined) return found;
  if (process.platform === 'linux' && process.getuid?.() === 0 && onPath(['apt-get']) !== undefined) {
    console.log(`No ${title} found: installing it with apt-get`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) => execFileSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env });
    try {
      apt('update');
      apt('install', '--yes', '--no-install-recommends', name);
    } catch {
      // What follows says what to do.
    }
  }
  const now = onPath(names);
  if (now !== undefined) return now;
  throw new Error(
    `${purpose} need ${title}, and found none. ` +
      `Install it (Debian: apt-get install ${name}), or set ${variable} to its executable.`,
  );
}

export function onPath(names) {
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
