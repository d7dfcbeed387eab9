// The programs that the checks run and npm does not bring: finds them; installs Debian's packages of them where it may.
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { commandFor, install } from './apt.js';

/**
 * `variable` names the environment variable that says where it is. What is optional is left out where it cannot be had,
 * and a line says so.
 * @typedef {'chromium' | 'firefox' | 'redis'} Name
 * @typedef {{ name: Name, title: string, executables: string[], variable: string, package: string, optional?: true }} Program
 */

/** @type {readonly Program[]} */
const PROGRAMS = [
  {
    name: 'chromium',
    title: 'Chromium or Google Chrome',
    executables: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
    variable: 'CHROME_BIN',
    package: 'chromium',
  },
  {
    name: 'firefox',
    title: 'Firefox',
    executables: ['firefox-esr', 'firefox'],
    variable: 'FIREFOX_BIN',
    package: 'firefox-esr',
    optional: true,
  },
  {
    name: 'redis',
    title: 'redis-server',
    executables: ['redis-server', 'valkey-server'],
    variable: 'REDIS_SERVER',
    package: 'redis-server',
  },
];

/**
 * Where each is. What is missing is installed together, in one go; where that cannot be, one message names all of it.
 * @param {...Name} names
 * @returns {Promise<Partial<Record<Name, string>>>}
 */
export async function locate(...names) {
  const wanted = PROGRAMS.filter(({ name }) => names.includes(name));
  let found = await find(wanted);
  let missing = wanted.filter(({ name }) => found[name] === undefined);
  if (missing.length === 0) return found;
  const packages = missing.map((program) => program.package);
  let why = obstacle();
  if (why === undefined) {
    console.log(`Installing what is missing, by apt-get (some minutes): ${packages.join(', ')}`);
    why = await install(packages, console.log).then(
      () => 'apt-get has installed it, and yet it is not on the PATH',
      (error) => `apt-get could not:\n${error.message}`,
    );
    found = await find(wanted);
    missing = wanted.filter(({ name }) => found[name] === undefined);
    if (missing.length === 0) return found;
  }
  const message = advice(missing, why);
  if (missing.some(({ optional }) => optional !== true)) throw new Error(message);
  console.log(message);
  for (const { title } of missing) console.log(`${title} is left out`);
  return found;
}

/** Why nothing can be installed here. */
function obstacle() {
  if (onPath(['apt-get']) === undefined) return 'there is no apt-get here to install it';
  if (process.getuid?.() !== 0) return 'only root can install it';
  return undefined;
}

/**
 * @param {readonly Program[]} missing
 * @param {string} why
 */
function advice(missing, why) {
  const list = (/** @type {(program: Program) => string} */ part) => missing.map(part).join(', ');
  return [
    `Missing: ${list(({ title }) => title)}; ${why}.`,
    `Install it (Debian, as root): ${commandFor(missing.map((program) => program.package))}`,
    `Or say where its executable is: ${list(({ variable, title }) => `${variable} (${title})`)}`,
  ].join('\n');
}

/** @param {readonly Program[]} wanted */
async function find(wanted) {
  const unfinished = await unfinishedPackages(wanted.map((program) => program.package));
  /** @type {Partial<Record<Name, string>>} */
  const found = {};
  for (const { name, executables, variable, package: debian } of wanted) {
    const named = process.env[variable] ?? '';
    if (named !== '' && !isExecutable(named))
      throw new Error(`${variable} names no file that can be executed: ${named}`);
    const file = named === '' ? onPath(executables) : named;
    if (file !== undefined && (named !== '' || !unfinished.has(debian))) found[name] = file;
  }
  return found;
}

/**
 * Those of them that are about to be installed, by another process, or whose installation was cut short: the executable
 * may be there before what it needs.
 * @param {readonly string[]} packages
 */
async function unfinishedPackages(packages) {
  const format = '--showformat=${db:Status-Status} ${Package}\n';
  const { stdout } = await promisify(execFile)('dpkg-query', ['--show', format, ...packages]).catch(
    // It ends with 1 where it does not know one of them; where it is not there, it knows nothing.
    ({ stdout: known = '' }) => ({ stdout: known }),
  );
  const states = stdout.split('\n').map((line) => line.split(' '));
  const settled = ['installed', 'not-installed', 'config-files', ''];
  return new Set(states.filter(([state]) => !settled.includes(state)).map(([, name]) => name));
}

/** @param {readonly string[]} executables */
function onPath(executables) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const files = executables.flatMap((name) => folders.map((folder) => join(folder, name)));
  return files.find(isExecutable);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
