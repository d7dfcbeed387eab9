// The platform-free specs in a browser, with its own workers: what `npm run build` left in dist/spec, bundled by esbuild.
import { readFile, readdir, rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { build } from 'esbuild';
import chromeLauncher from 'karma-chrome-launcher';
import firefoxLauncher from 'karma-firefox-launcher';
import jasmine from 'karma-jasmine';
import { chromium, flags } from './scripts/chromium.js';

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

async function bundle() {
  const files = (await readdir(specs, { recursive: true })).map((file) => resolve(specs, file));
  const entryPoints = files.filter((file) => /(-spec|\.worker)\.js$/.test(file) && !file.endsWith('.node-spec.js'));
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
    outbase: specs,
    outdir: bundled,
    plugins: [addresses],
    logLevel: 'warning',
  });
}

export default async function karma(config) {
  // Tools that only look at a configuration (knip) give none of the command line.
  if (config.browsers === undefined) return;
  await bundle();
  const isolated = process.env.ISOLATED === 'true';
  if (config.browsers.length === 0) process.env.CHROME_BIN = chromium();
  config.set({
    frameworks: ['jasmine'],
    plugins: [jasmine, chromeLauncher, firefoxLauncher],
    files: [
      { pattern: 'dist/karma/**/*-spec.js', type: 'module', watched: false },
      { pattern: 'dist/karma/**/*.js', type: 'module', included: false, watched: false },
      { pattern: 'dist/karma/**/*.map', included: false, watched: false },
    ],
    // Only a cross-origin isolated page has shared memory.
    customHeaders: isolated
      ? [
          { match: '.*', name: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
          { match: '.*', name: 'Cross-Origin-Embedder-Policy', value: 'require-corp' },
        ]
      : [],
    client: { jasmine: { random: true, forbidDuplicateNames: true, failSpecWithNoExpectations: false } },
    browsers: config.browsers.length === 0 ? ['Chromium'] : config.browsers,
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
    browserNoActivityTimeout: 60_000,
  });
}
