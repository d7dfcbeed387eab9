// The platform-free specs in a browser, with its own workers: what `npm run build` left in dist/spec, bundled by esbuild.
import { readFile, readdir, rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { build } from 'esbuild';
import chromeLauncher from 'karma-chrome-launcher';
import firefoxLauncher from 'karma-firefox-launcher';
import jasmine from 'karma-jasmine';
import { flags } from './scripts/chromium.js';
import { locate } from './scripts/programs.js';
import { runsInPages } from './scripts/specs.js';

const specs = resolve('dist/spec');
const bundled = resolve('dist/karma');

/** A module keeps the address it had before bundling: code that two specs share would else look for its worker elsewhere. */
const addresses = {
  name: 'addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, async ({ path }) => {
      if (!path.startsWith(specs)) return undefined;
      const address = `new URL('/base/dist/karma/${relative(specs, path)}', location.origin).href`;
      return { contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', address) };
    });
  },
};

/** Shared memory is between a page and its workers: the other specs know no difference. */
const OF_WORKERS = /^((?:workerPool|inline)\/.*|hosts\/fakeTimers|.*\.isolated)-spec\.js$/;
/** Pages that have no shared memory. */
const NOT_ISOLATED = /^(?!.*\.isolated-spec\.js$).*-spec\.js$/;

/** Only a cross-origin isolated page has shared memory. */
const isolation = [
  { match: '.*', name: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { match: '.*', name: 'Cross-Origin-Embedder-Policy', value: 'require-corp' },
];
const policies = [
  {
    match: 'policy\\.blob\\.html$',
    name: 'Content-Security-Policy',
    value: "script-src 'self'; worker-src 'self' blob:",
  },
  { match: 'policy\\.strict\\.html$', name: 'Content-Security-Policy', value: "script-src 'self'; worker-src 'self'" },
];

/** Which program each of Karma's browsers is. */
const LAUNCHERS = { Chromium: 'chromium', FirefoxHeadless: 'firefox' };

/** Some specs alone: their files in dist/spec, with commas between. */
const CHOSEN = process.env.SPECS?.split(',');

async function bundle(isolated) {
  const names = await readdir(specs, { recursive: true });
  const chosen = names.filter((name) => {
    if (/\.(worker|frame)\.js$/.test(name)) return true;
    if (CHOSEN !== undefined && !CHOSEN.includes(name)) return false;
    return runsInPages(name) && (isolated ? OF_WORKERS : NOT_ISOLATED).test(name);
  });
  // What dist/spec has of a worker is for Node.
  const source = (name) =>
    name.endsWith('.worker.js') ? resolve('spec', name.replace(/js$/, 'ts')) : resolve(specs, name);
  const entryPoints = chosen.map((name) => ({ in: source(name), out: name.replace(/\.js$/, '') }));
  await rm(bundled, { recursive: true, force: true });
  await build({
    entryPoints,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // Workers of Node's own specs are built too, and never loaded.
    external: ['node:*'],
    sourcemap: true,
    outdir: bundled,
    plugins: [addresses],
    logLevel: 'warning',
  });
}

export default async function karma(config) {
  // Tools that only look at a configuration (knip) give none of the command line.
  if (config.browsers === undefined) return;
  const isolated = process.env.ISOLATED === 'true';
  const wanted = config.browsers.length > 0 ? config.browsers : Object.keys(LAUNCHERS);
  const found = await locate(...wanted.map((launcher) => LAUNCHERS[launcher]));
  if (found.chromium !== undefined) process.env.CHROME_BIN = found.chromium;
  if (found.firefox !== undefined) process.env.FIREFOX_BIN = found.firefox;
  await bundle(isolated);
  config.set({
    frameworks: ['jasmine'],
    plugins: [jasmine, chromeLauncher, firefoxLauncher],
    files: [
      { pattern: 'dist/karma/**/*-spec.js', type: 'module', watched: false },
      { pattern: 'dist/karma/**/*.js', type: 'module', included: false, watched: false },
      { pattern: 'dist/karma/**/*.map', included: false, watched: false },
      { pattern: 'spec/**/*.html', included: false, watched: false },
    ],
    customHeaders: [...policies, ...(isolated ? isolation : [])],
    client: {
      isolated,
      jasmine: { random: true, timeoutInterval: 30_000, forbidDuplicateNames: true, failSpecWithNoExpectations: false },
    },
    // Both at once: mostly they wait.
    browsers: wanted.filter((launcher) => found[LAUNCHERS[launcher]] !== undefined),
    customLaunchers: {
      Chromium: {
        base: 'ChromeHeadless',
        flags,
      },
    },
    reporters: [process.stdout.isTTY ? 'progress' : 'dots'],
    colors: process.stdout.isTTY === true,
    logLevel: config.LOG_WARN,
    autoWatch: false,
    singleRun: true,
    failOnEmptyTestSuite: true,
    // A left-over `fit` skips all the others.
    failOnSkippedTests: true,
    browserNoActivityTimeout: 180_000,
    // A spec may compute for longer than the 5 and 2 seconds that are the defaults.
    pingTimeout: 120_000,
    browserDisconnectTimeout: 120_000,
  });
}
