// What `npm test` and `npm run test:slow` run.

/**
 * `after` names the step that has to be done before; `alone`: nothing else runs meanwhile; `needs`: without that program the
 * step is left out, and said to be. `specs` finds how many specs a step ran, `says` what of its output is worth a line; `limit` is in seconds, 120 where it is left out.
 * @typedef {object} Step
 * @property {string} name
 * @property {string} run
 * @property {Record<string, string>} [env]
 * @property {string} [after]
 * @property {boolean} [alone]
 * @property {'firefox'} [needs]
 * @property {RegExp} [specs]
 * @property {RegExp} [says]
 * @property {number} [limit]
 */

const SPECS = /^(\d+) specs?, 0 failures/gm;
const EXECUTED = /Executed (\d+) of \1 SUCCESS/g;
const FORMAT = 'Format';
const BUILD = 'Types and build';

/**
 * What every change has to pass. In the order in which the steps are begun: what takes long comes first.
 * @type {readonly Step[]}
 */
export const fast = [
  { name: FORMAT, run: 'oxfmt --check' },
  { name: BUILD, run: 'npm run -s clean && npm run -s build', after: FORMAT },
  { name: 'Specs on Redis', run: 'npm run -s spec:redis', after: BUILD, specs: SPECS, limit: 600 },
  // All specs in Node in two parts: alone they would go on when all others are done.
  {
    name: 'Specs of worker pools in Node',
    run: 'npm run -s spec -- --config=spec/support/pools.json',
    after: BUILD,
    specs: SPECS,
    limit: 600,
  },
  {
    name: 'Specs in Chromium',
    run: 'npm run -s spec:browser -- --browsers Chromium',
    after: BUILD,
    specs: EXECUTED,
    limit: 600,
  },
  {
    name: 'Other specs in Node',
    run: 'npm run -s spec -- --config=spec/support/rest.json',
    after: BUILD,
    specs: SPECS,
    limit: 600,
  },
  { name: 'Lint', run: 'npm run -s lint', after: BUILD },
  { name: 'Types of scripts and benchmarks', run: 'npm run -s check:scripts', after: BUILD },
  { name: 'Package: public API', run: 'node scripts/check-api.js', after: BUILD, limit: 300 },
  { name: 'Package: nothing unused', run: 'knip', after: BUILD },
  { name: 'Package: size', run: 'size-limit', after: BUILD },
  { name: 'Documents', run: 'node scripts/check-docs.js && node scripts/draw-marbles.js --check', after: BUILD },
];

/**
 * What CI runs besides.
 * @type {readonly Step[]}
 */
export const slow = [
  { name: BUILD, run: 'npm run -s build' },
  {
    name: 'Specs in Firefox',
    run: 'npm run -s spec:browser -- --browsers FirefoxHeadless',
    after: BUILD,
    needs: 'firefox',
    specs: EXECUTED,
    limit: 600,
  },
  {
    name: 'Specs of workers in cross-origin isolated pages',
    run: 'npm run -s spec:browser',
    env: { ISOLATED: 'true' },
    // Both bundle the specs into one folder.
    after: 'Specs in Firefox',
    specs: EXECUTED,
    limit: 600,
  },
  { name: 'Slow specs', run: 'npm run -s spec:slow', after: BUILD, specs: SPECS, limit: 600 },
  {
    name: 'Soak, one minute',
    // A seed of its own each time: each run looks somewhere new, and what fails is printed with the round to replay.
    run: 'node --expose-gc dist/spec/soak/main.js --minutes 1',
    after: BUILD,
    says: /--seed \d+|^\d+ rounds.*/gm,
    limit: 600,
  },
  { name: 'Examples', run: 'node scripts/check-examples.js', after: BUILD, limit: 600 },
  { name: 'Package: bundlers', run: 'npm run -s test:bundlers', after: BUILD, says: /^A page pays.*/m, limit: 600 },
  { name: 'Package: types for every resolution', run: 'attw --pack .', after: BUILD },
  { name: 'Package: publint', run: 'publint --strict', after: BUILD },
  { name: 'Package: consumers', run: 'node scripts/check-consumers.js', after: BUILD, limit: 600 },
  { name: 'Recipe: OpenTelemetry', run: 'node scripts/check-opentelemetry.js', after: BUILD, says: /^2 requests.*/m },
  {
    name: 'Timelines in DevTools',
    run: 'node scripts/check-devtools.js && node scripts/check-trace.js',
    after: BUILD,
  },
  {
    name: 'Live pages',
    run: 'node scripts/check-demo.js && node scripts/check-search.js',
    // They look at how smooth a page is.
    alone: true,
    specs: /^(\d+) checks, 0 failures/gm,
    limit: 1200,
  },
];
