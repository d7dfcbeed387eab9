// The site of the documentation as built: its links, the reference, search, the types on hover and the live page in Chromium.
// Leaves screenshots in screenshots/.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { DemoPage, openBrowser } from './demo-page.js';
import { serve } from './static-server.js';

const SITE = 'docs/.vitepress/dist';
const OPTIONS = 'docs/reference/index/interfaces';
/** @type {import('playwright-core').BrowserContextOptions} */
const desktop = { viewport: { width: 1280, height: 800 }, colorScheme: 'light', reducedMotion: 'reduce' };
/** @type {import('playwright-core').BrowserContextOptions} */
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: 'dark' };

const files = new Set(
  readdirSync(SITE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(SITE, join(entry.parentPath, entry.name))),
);
const pages = new Map([...files].filter((name) => name.endsWith('.html')).map((name) => [name, pageOf(name)]));
let checks = 0;

await check('every link within the site leads somewhere', () => {
  const dead = [];
  for (const [page, { links }] of pages)
    for (const link of links) {
      const [path = '', anchor = ''] = link.split('#');
      const target = path === '' ? page : fileOf(posix.join('/', path.startsWith('/') ? '' : dirname(page), path));
      const anchors = pages.get(target)?.anchors;
      if (!files.has(target) || (anchor !== '' && anchors?.has(decodeURIComponent(anchor)) === false))
        dead.push(`${page}: ${link}`);
    }
  assert.deepEqual(dead, []);
});

await check('every option has an anchor of its own, and says what it is', () => {
  for (const file of readdirSync(OPTIONS).filter((name) => name.endsWith('Options.md'))) {
    const options = readFileSync(`${OPTIONS}/${file}`, 'utf8')
      .split(/^### (?=\w+\?$)/m)
      .slice(1);
    assert.ok(options.length > 0, `${file} has no options`);
    const page = pages.get(`reference/index/interfaces/${file.replace(/md$/, 'html')}`);
    for (const option of options) {
      const [, name = '', text = ''] = /^(\w+)\?\n+(?:```[^]*?```\n+)?(.*)/.exec(option) ?? [];
      assert.ok(page?.anchors.has(name.toLowerCase()) === true, `${file} has no anchor #${name.toLowerCase()}`);
      assert.match(text, /^[A-Z`'].* /, `${file} does not say what ${name} is`);
    }
  }
});

await check('llms.txt and llms-full.txt have every guide and every page of the reference', () => {
  const [short, full] = ['llms.txt', 'llms-full.txt'].map((name) => readFileSync(`${SITE}/${name}`, 'utf8'));
  for (const page of pages.keys()) {
    if (!/^(guides|measured|reference)\//.test(page) || page.endsWith('index.html')) continue;
    const url = `/${page.replace(/html$/, 'md')}`;
    assert.ok(short.includes(url), `llms.txt lacks ${url}`);
    assert.ok(full.includes(url), `llms-full.txt lacks ${url}`);
    assert.ok(files.has(url.slice(1)), `${url} is not there`);
  }
});

const server = await serve(SITE);
const browser = await openBrowser();
const open = (/** @type {string} */ path, /** @type {object} */ options) =>
  DemoPage.open(browser, server.address + path, options);

for (const [name, options] of Object.entries({ desktop, phone }))
  await check(`${name}: the pages have nothing to complain of, and do not scroll sideways`, async () => {
    for (const path of ['', 'guides/errors.html', 'reference/index/interfaces/ParallelOptions.html']) {
      const demo = await open(path, options);
      await demo.page.waitForLoadState('networkidle');
      assert.equal(await demo.scrollsSideways(), false, path);
      await demo.shoot(`site-${name}-${path.replaceAll('/', '-')}`);
      await ended(demo);
    }
  });

await check('a name in the code of a guide shows its type, which is that of the package', async () => {
  const demo = await open('guides/errors.html', desktop);
  await demo.page.waitForLoadState('networkidle');
  await demo.page
    .locator('.twoslash-hover', { hasText: /^parallelMap$/ })
    .first()
    .hover();
  const shown = demo.page.locator('.twoslash-floating.v-popper__popper--shown');
  await shown.waitFor();
  assert.match(await shown.innerText(), /parallelMap[^]*in the order of the source/);
  await demo.page.screenshot({ path: 'screenshots/site-hover.png' });
  await ended(demo);
});

await check('what is searched is found in the page itself', async () => {
  const demo = await open('', desktop);
  const { page } = demo;
  await page.waitForLoadState('networkidle');
  await page.locator('.DocSearch-Button').first().click();
  await page.locator('#localsearch-input').fill('terminateAfter');
  await page.locator('.result').first().waitFor();
  const found = await page.locator('.result').evaluateAll((results) => results.map(({ href }) => new URL(href).hash));
  assert.ok(found.includes('#terminateafter'), `the option is not among ${found.join(' ')}`);
  await ended(demo);
});

for (const [name, options] of Object.entries({ desktop, phone }))
  await check(
    `${name}: the live page is reached from the first, draws without shared memory, and leads back`,
    async () => {
      const demo = await open('', options);
      const { page } = demo;
      await page.waitForLoadState('networkidle');
      await page.getByRole('link', { name: 'See it live' }).click();
      await page.waitForURL('**/live/index.html');
      assert.equal(await page.evaluate(() => crossOriginIsolated), false);
      await page.locator('#size').fill('2');
      const ordered = await demo.draw('ordered');
      assert.equal((await demo.draw('unordered')).hash, ordered.hash);
      assert.equal(await demo.scrollsSideways(), false);
      await demo.shoot(`site-live-${name}`);
      await page.getByRole('link', { name: 'Guides' }).click();
      await page.getByRole('heading', { level: 1, name: 'Which form do I need?' }).waitFor();
      await ended(demo);
    },
  );

await browser.close();
server.close();
console.log(`${checks} checks, 0 failures`);

async function check(/** @type {string} */ name, /** @type {() => unknown} */ act) {
  try {
    await act();
  } catch (error) {
    console.error(`${name}: FAILED\n${error.stack}`);
    process.exit(1);
  }
  checks++;
  console.log(`${name}: ok`);
}

async function ended(/** @type {DemoPage} */ { page, problems }) {
  assert.deepEqual(problems, []);
  await page.close();
}

/** Where a page leads within the site, and where it can be led to. */
function pageOf(/** @type {string} */ name) {
  const html = readFileSync(resolve(SITE, name), 'utf8');
  const all = (/** @type {RegExp} */ pattern) => [...html.matchAll(pattern)].map(([, found = '']) => found);
  return {
    links: all(/<a\b[^>]*? href="([^"]*)"/g).filter((href) => !/^\w+:/.test(href)),
    anchors: new Set(all(/ id="([^"]*)"/g)),
  };
}

/** The file behind a path, as a static host finds it. */
function fileOf(/** @type {string} */ path) {
  const name = path.slice(1);
  return name === '' || name.endsWith('/') ? `${name}index.html` : files.has(name) ? name : `${name}.html`;
}
