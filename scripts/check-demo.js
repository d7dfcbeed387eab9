// The page of examples/browser, end to end in Chromium. Leaves screenshots in screenshots/.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import axe from 'axe-core';
import { DemoPage, openBrowser, serveBuilt, serveSources } from './demo-page.js';

/** Most ms from the press of Cancel until no worker is at a tile. */
const SOON = 200;
/** What depends on how busy the machine is has so many tries. */
const TRIES = 3;

/** @type {import('playwright-core').BrowserContextOptions} */
const desktop = { viewport: { width: 1280, height: 900 }, colorScheme: 'light' };
/** @type {import('playwright-core').BrowserContextOptions} */
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, colorScheme: 'dark' };

const built = await serveBuilt();
const browser = await openBrowser();
let checks = 0;
/** The picture as the main thread draws it, to which all others are compared. */
let drawn;

await check('each way draws the same picture, in its order, and only the main thread stutters', async () => {
  const demo = await DemoPage.open(browser, built.url, desktop);
  assert.equal(await demo.page.evaluate(() => crossOriginIsolated), true);
  // A browser without a window does not ask for it.
  assert.ok(
    await demo.page.evaluate(
      async () => (await fetch(/** @type {HTMLLinkElement} */ (document.querySelector('link[rel=icon]')).href)).ok,
    ),
  );
  await demo.page.locator('#size').fill('2');
  drawn = await demo.draw('main');
  await demo.shoot('main-light');
  assert.ok(drawn.opaque && drawn.colours > 1000, `the picture has ${drawn.colours} colours`);
  const inOrder = drawn.order.map((_, index) => index);
  assert.equal(inOrder.length, 96);
  assert.deepEqual(drawn.order, inOrder);
  for (const way of ['ordered', 'unordered', 'refined'])
    await inTries(async () => {
      const { hash, order, worstFrame } = await demo.draw(way);
      assert.equal(hash, drawn.hash, `${way}: another picture`);
      assert.deepEqual(
        order.toSorted((a, b) => a - b),
        inOrder,
      );
      return [
        [(order.join() === inOrder.join()) === (way === 'ordered'), `${way}: the order was ${order.join()}`],
        [worstFrame < drawn.worstFrame, `${way}: a frame of ${worstFrame} ms, on the main thread ${drawn.worstFrame}`],
      ];
    });
  await demo.shoot('refined-light');
  await demo.page.locator('#size').fill('4');
  await demo.button('unordered').click();
  await demo.busy(50);
  await demo.shoot('unordered-running-light');
  return demo;
});

await check('Cancel frees the workers at once, and they are at hand for the next picture', async () => {
  const demo = await DemoPage.open(browser, built.url, desktop);
  await demo.page.locator('#size').fill('4');
  // No worker has to be ended for it: a task sees that it is cancelled.
  await cancels(demo, 'unordered', (ended) => ended === 0);
  await demo.button('unordered').click();
  await demo.busy(10);
  // A press of another button ends the run before.
  assert.equal((await demo.draw('ordered')).hash, drawn.hash);
  return demo;
});

await check('without shared memory Cancel ends the workers, and others draw the next picture', async () => {
  const demo = await DemoPage.open(browser, built.url, { ...phone, isolated: false });
  assert.equal(await demo.page.evaluate(() => crossOriginIsolated), false);
  await demo.page.locator('#size').fill('2');
  const ended = await cancels(demo, 'ordered', (workers) => workers > 0);
  const lanes = await demo.page.locator('#lanes li').count();
  // The browser tells of it a little later.
  while (demo.page.workers().length > lanes - ended) await sleep(10);
  assert.equal((await demo.draw('ordered')).hash, drawn.hash);
  await demo.shoot('ordered-phone-dark');
  return demo;
});

await check('it is usable on a phone, with a keyboard alone, and by a screen reader', async () => {
  const demo = await DemoPage.open(browser, built.url, { ...phone, reducedMotion: 'reduce' });
  const { page } = demo;
  const { keyboard } = page;
  const focused = () =>
    page.evaluate(() => {
      const { activeElement } = document;
      return activeElement?.closest('[data-way]')?.getAttribute('data-way') ?? activeElement?.id;
    });
  const tabTo = async (wanted) => {
    for (let presses = 0; presses < 10 && (await focused()) !== wanted; presses++) await keyboard.press('Tab');
    assert.equal(await focused(), wanted);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
    assert.equal(outline, 'solid', `the focus on ${wanted} is not seen`);
  };
  assert.equal(await page.locator('.dot').isVisible(), false, 'something moves for its own sake');
  await tabTo('size');
  await keyboard.press('Home');
  for (let size = 1; size < 3; size++) await keyboard.press('ArrowRight');
  assert.equal(await page.locator('#lanes li').count(), 3);
  await keyboard.press('Shift+Tab');
  assert.equal(await focused(), 'refined');
  await keyboard.press('Enter');
  await demo.busy(10);
  await tabTo('cancel');
  await keyboard.press('Space');
  await demo.status(/^Cancelled after \d+ of 96 tiles/);
  assert.equal(await focused(), 'cancel');
  await page.locator('summary').click();
  for (const colorScheme of ['dark', 'light'])
    for (const width of [1280, 390, 320]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      assert.equal(await demo.scrollsSideways(), false, `it scrolls sideways at ${width} px`);
      assert.deepEqual(await inaccessible(page), [], `${colorScheme}, ${width} px`);
      await demo.shoot(`cancelled-${width}-${colorScheme}`);
    }
  return demo;
});

await check('the address says what was drawn, and draws it again', async () => {
  const demo = await DemoPage.open(browser, `${built.url}#ordered-3`, desktop);
  await demo.status(/^Drawn by parallelMap in/);
  assert.equal(await demo.page.locator('#lanes li').count(), 3);
  await demo.page.locator('#size').fill('2');
  await demo.draw('refined');
  assert.equal(new URL(demo.page.url()).hash, '#refined-2');
  return demo;
});

await check('`npm run demo` serves the same', async () => {
  const sources = await serveSources();
  const demo = await DemoPage.open(browser, sources.url, desktop);
  assert.equal((await demo.draw('unordered')).hash, drawn.hash);
  return { problems: demo.problems, page: { close: () => demo.page.close().then(sources.close) } };
});

await browser.close();
await built.close();
console.log(`${checks} checks, 0 failures`);

/** Every check ends with a page that had nothing to complain of. */
async function check(name, act) {
  try {
    const { page, problems } = await act();
    assert.deepEqual(problems, []);
    await page.close();
  } catch (error) {
    console.error(`${name}: FAILED\n${error.stack}`);
    process.exit(1);
  }
  checks++;
  console.log(`${name}: ok`);
}

/** Until all of what `act` found holds, at most TRIES times. */
async function inTries(act) {
  for (let tries = 1; ; tries++) {
    const wrong = (await act()).filter(([holds]) => !holds).map(([, message]) => message);
    if (wrong.length === 0) return;
    assert.ok(tries < TRIES, wrong.join('\n'));
  }
}

/** Cancels a run in its middle; gives how many workers that has ended. */
async function cancels(demo, way, expected) {
  let ended;
  await inTries(async () => {
    await demo.button(way).click();
    await demo.busy(34);
    const { before, ms } = await demo.cancel();
    await demo.status(/^Cancelled/);
    assert.equal(await demo.page.locator(`#ways [data-way=${way}] .time`).textContent(), '–');
    ended = await demo.page.locator('#lanes [data-state=ended]').count();
    return [
      [before > 0, 'no lane ran when Cancel was pressed'],
      [ms < SOON, `a lane still ran ${ms} ms after Cancel`],
      [expected(ended), `${ended} workers were ended`],
    ];
  });
  return ended;
}

/** What axe finds to hinder people, in short. */
async function inaccessible(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ help, nodes }) => `${help}: ${nodes.map(({ html }) => html).join(' ')}`);
}
