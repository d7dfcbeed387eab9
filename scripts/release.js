// `npm run release -- VERSION`: gives what is unreleased in CHANGELOG.md its version and date, and publishes it with its provenance.
// With --dry-run nothing is written or published: everything is tried.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const UNRELEASED = /^## \[Unreleased\]\n+(?<changes>.*?)(?=^## \[|$(?![^]))/ms;

const dry = process.argv.includes('--dry-run');
const version = process.argv.slice(2).find((each) => !each.startsWith('-'));
if (version === undefined || !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
  fail('Usage: npm run release -- VERSION [--dry-run]; VERSION is like 1.2.3 or 1.2.3-beta.1');

const run = (/** @type {string} */ program, /** @type {string[]} */ ...args) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const left = run('git', 'status', '--porcelain');
if (left !== '' && !dry) fail(`There are changes that are not committed:\n${left}`);
const changelog = readFileSync('CHANGELOG.md', 'utf8');
const { changes = '' } = UNRELEASED.exec(changelog)?.groups ?? {};
if (changes.trim() === '') fail('CHANGELOG.md has nothing under [Unreleased]');
const today = new Date().toISOString().slice(0, 10);
const released = changelog.replace(UNRELEASED, () => `## [Unreleased]\n\n## [${version}] - ${today}\n\n${changes}`);

// It has to have passed the gate: prepublishOnly runs that; a dry run leaves it out.
run('npm', 'run', '-s', 'build');
if (dry) console.log(run('npm', 'publish', '--dry-run', '--ignore-scripts', '--provenance=false'));
else {
  writeFileSync('CHANGELOG.md', released);
  run('npm', 'version', version, '--no-git-tag-version');
  run('git', 'commit', '-am', `release: ${version}`);
  run('git', 'tag', `v${version}`);
  run('npm', 'publish', '--provenance');
  run('git', 'push', '--follow-tags');
}
console.log(`${version}${dry ? ' could be' : ' is'} released, with:\n\n${changes.trim()}`);

/** @param {string} why @returns {never} */
function fail(why) {
  console.error(why);
  process.exit(1);
}
