// Finds specs by name, builds what has changed, and runs them.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';

/** Kinds of specs, told by their names: what runs in no page, what runs only there. */
const ELSEWHERE = 'node|redis|slow';
const KIND = `(\\.(?:page|isolated|${ELSEWHERE}))?`;
const SPEC = new RegExp(`${KIND}-spec\\.ts$`);
const NAME_END = new RegExp(`${KIND}(-spec)?(\\.[jt]s)?$`);

/**
 * Whether a built spec may run in a page.
 * @param {string} file
 */
export const runsInPages = (file) => !new RegExp(`\\.(${ELSEWHERE})-spec\\.js$`).test(file);

/** In spec/. */
const allSpecs = () => readdirSync('spec', { recursive: true, encoding: 'utf8' }).filter((file) => SPEC.test(file));

/**
 * The spec files called so, with or without a folder and an extension; where there is none, those with it in their path.
 * @param {string} name
 */
export function specsNamed(name) {
  const wanted = name.replace(/^(\.\/)?(dist\/)?spec\//, '').replace(NAME_END, '');
  const files = allSpecs();
  const exact = files.filter((file) => [file, basename(file)].some((each) => each.replace(SPEC, '') === wanted));
  return exact.length > 0 ? exact : files.filter((file) => file.toLowerCase().includes(wanted.toLowerCase()));
}

/**
 * The specs of a file of lib/ are called like it; a spec is its own.
 * @param {string} file
 */
export function specsOf(file) {
  const called = basename(file).replace(/(-spec)?\..*$/, '');
  return allSpecs().filter((spec) => basename(spec).replace(SPEC, '') === called);
}

/** Says what the compiler finds wrong. */
export function build() {
  return succeeds('npm', ['run', '-s', 'build']);
}

/**
 * Runs each where it belongs; gives whether all have passed.
 * @param {readonly string[]} files
 * @param {readonly string[]} [options] of Jasmine
 */
export function run(files, options = []) {
  const built = files.map((file) => file.replace(/\.ts$/, '.js'));
  const ofKind = (/** @type {RegExp} */ kind) => built.filter((file) => kind.test(file));
  const pages = ofKind(/\.page-spec/);
  const isolated = ofKind(/\.isolated-spec/);
  const redis = ofKind(/\.redis-spec/);
  const node = built.filter((file) => ![...pages, ...isolated, ...redis].includes(file));
  const inNode = (/** @type {string[]} */ chosen, /** @type {string} */ config) =>
    chosen.length === 0 ||
    succeeds(process.execPath, [
      '--expose-gc',
      'node_modules/jasmine/bin/jasmine.js',
      `--config=spec/support/${config}`,
      ...options,
      ...chosen.map((file) => `dist/spec/${file}`),
    ]);
  const inPages = (/** @type {string[]} */ chosen, /** @type {Record<string, string>} */ env) =>
    chosen.length === 0 || succeeds('npm', ['run', '-s', 'spec:browser'], { ...env, SPECS: chosen.join() });
  return [
    inNode(node, 'jasmine.json'),
    inNode(redis, 'redis.json'),
    inPages(pages, {}),
    inPages(isolated, { ISOLATED: 'true' }),
  ].every(Boolean);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env]
 */
function succeeds(command, args, env = {}) {
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;
}
