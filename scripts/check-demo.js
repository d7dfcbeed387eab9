// The page of examples/browser, end to end in Chromium, and in part in Firefox. Leaves screenshots in screenshots/.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import axe from 'axe-core';
import { DemoPage, openBrowser, openFirefox, serveBuilt, serveSources } from './demo-page.js';

/** What depends on how busy the machine is has so many tries. */
const TRIES = 3;
const IN_ORDER = Array.from({ length: 96 }, (_, index) => index);

/**
 * Nothing plays by itself, unless it is said.
 * @type {import('playwright-core').BrowserContextOptions}
 */
const desktop = { viewport: { width: 1280, height: 800 }, colorScheme: 'light', reducedMotion: 'reduce' };
/** @type {import('playwright-core').BrowserContextOptions} */
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, colorScheme: 'dark' };

/** A part of the picture that takes a quarter of the time, and has slow and quick tiles as the whole has. */
const PART = '@-0.7453,0.1127,0.002';
/** Takes six times as long as the whole: what is pressed by keys comes before its end on the busiest machine. */
const SLOWEST = '@-0.15,0,0.2';

const built = await serveBuilt();
const browser = await openBrowser();
let checks = 0;
/** That part as the main thread draws it, to which all others are compared. */
let drawn;
/** The whole of it. */
let home;

await check('each way draws the same picture, in its order, and only the main thread stutters', async () => {
  const demo = await DemoPage.open(browser, `${built.url}#main-2${PART}`, desktop);
  assert.equal(await demo.page.evaluate(() => crossOriginIsolated), true);
  // A browser without a window does not ask for it.
  assert.ok(
    await demo.page.evaluate(
      async () => (await fetch(/** @type {HTMLLinkElement} */ (document.querySelector('link[rel=icon]')).href)).ok,
    ),
  );
  drawn = await demo.draw('main');
  assert.ok(drawn.opaque && drawn.colours > 1000, `the picture has ${drawn.colours} colours`);
  assert.deepEqual(drawn.order, IN_ORDER);
  assert.match(drawn.code, /concatMap/);
  assert.doesNotMatch(drawn.code, /parallel|pool/);
  for (const finer of [false, true]) {
    await demo.page.locator('#finer').setChecked(finer);
    const main = finer ? await demo.draw('main') : drawn;
    assert.equal(main.hash, drawn.hash);
    for (const way of ['ordered', 'unordered'])
      await inTries(async () => {
        const { code, hash, order, speed, worstFrame } = await demo.draw(way);
        assert.equal(hash, drawn.hash, `${way}: another picture`);
        assert.deepEqual(
          order.toSorted((a, b) => a - b),
          IN_ORDER,
        );
        assert.match(speed, /^\d+\.\d ×$/);
        assert.match(code, finer ? /parallel(Concat|Merge)Map\(refine/ : /parallelMap(Unordered)?\(draw/);
        // Of two workers one is at the slow tile: it comes out after others.
        const overtaken = order.some((index, at) => at > index + 2);
        return [
          [overtaken === (way === 'unordered'), `${way}: the order was ${order.join()}`],
          [(order.join() === IN_ORDER.join()) === (way === 'ordered'), `${way}: the order was ${order.join()}`],
          [finer || worstFrame < main.worstFrame, `${way}: a frame of ${worstFrame} ms, not ${main.worstFrame}`],
        ];
      });
  }
  await demo.shoot('finer-light');
  return demo;
});

await check('Cancel frees the workers at once, and they are at hand for the next picture', async () => {
  const demo = await DemoPage.open(browser, `${built.url}#unordered-4`, desktop);
  // No worker has to be ended for it: a task sees that it is cancelled.
  await cancels(demo, 'unordered', 34, (ended) => ended === 0);
  await demo.button('unordered').click();
  await demo.busy('unordered', 10);
  // A press of another button ends the run before.
  home = await demo.draw('ordered');
  assert.equal((await demo.draw('unordered')).hash, home.hash);
  return demo;
});

await check('without shared memory Cancel ends the workers, and others draw the next picture', async () => {
  const demo = await DemoPage.open(browser, `${built.url}#ordered-2`, {
    ...phone,
    reducedMotion: 'reduce',
    isolated: false,
  });
  assert.equal(await demo.page.evaluate(() => crossOriginIsolated), false);
  // The next tile is the slow one, whose worker is ended long before it has drawn it.
  const ended = await cancels(demo, 'ordered', 14, (workers) => workers > 0);
  // The other pool has its two; the browser tells of an end a little later.
  while (demo.page.workers().length > 4 - ended) await sleep(10);
  assert.equal((await demo.draw('ordered')).hash, home.hash);
  await demo.shoot('ordered-phone-dark');
  return demo;
});

await check('it is usable on a phone, with a keyboard alone, and by a screen reader', async () => {
  const demo = await DemoPage.open(browser, `${built.url}#race-2${SLOWEST}`, { ...phone, reducedMotion: 'reduce' });
  const { page } = demo;
  const { keyboard } = page;
  const focused = () =>
    page.evaluate(() => {
      const { activeElement } = document;
      return activeElement?.closest('article')?.getAttribute('data-way') ?? activeElement?.id;
    });
  const tabTo = async (wanted, key = 'Tab') => {
    for (let presses = 0; presses < 12 && (await focused()) !== wanted; presses++) await keyboard.press(key);
    assert.equal(await focused(), wanted);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
    assert.equal(outline, 'solid', `the focus on ${wanted} is not seen`);
  };
  assert.equal(await page.locator('.dot').isVisible(), false, 'something moves for its own sake');
  assert.match(await page.locator('#status').innerText(), /press Race/, 'it has played by itself');
  await tabTo('size');
  await keyboard.press('Home');
  for (let size = 1; size < 3; size++) await keyboard.press('ArrowRight');
  assert.equal(await page.locator('article[data-way=ordered] li').count(), 3);
  const cancel = page.locator('#cancel');
  const looks = (/** @type {import('playwright-core').Locator} */ button) =>
    button.evaluate((element) => {
      const { backgroundColor, borderColor, color } = getComputedStyle(element);
      return [backgroundColor, borderColor, color].join();
    });
  const enabled = await looks(page.locator('#out'));
  assert.notEqual(await looks(cancel), enabled, 'Cancel looks enabled');
  await tabTo('unordered');
  await keyboard.press('Enter');
  await demo.busy('unordered', 10);
  await tabTo('cancel', 'Shift+Tab');
  assert.equal(await looks(cancel), enabled, 'Cancel does not look enabled');
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

await check('what is pressed and the orders of the results are seen together, and nothing jumps', async () => {
  const demo = await DemoPage.open(browser, `${built.url}#ordered-8`, desktop);
  const { page } = demo;
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
    [320, 844],
  ]) {
    await page.setViewportSize({ width, height });
    await page.evaluate(() => scrollTo(0, 0));
    for (const way of ['main', 'ordered', 'unordered'])
      assert.ok((await demo.bottomOf(`article[data-way=${way}] .order`)) <= height, `${width} px: ${way} is not seen`);
    const places = new Set();
    const note = async () => places.add(await demo.bottomOf('article[data-way=unordered] .order'));
    await note();
    await demo.button('unordered').click();
    await demo.busy('unordered', 1, { cancel: true });
    await demo.status(/^Cancelled/);
    await note();
    // While it is drawn, and with the longest that it says.
    await Promise.all([demo.draw('unordered'), note()]);
    await note();
    assert.equal(places.size, 1, `${width} px: the order was at ${[...places].join(', ')}`);
    const fits = await page.evaluate(() => {
      const status = /** @type {Element} */ (document.querySelector('#status'));
      return status.scrollHeight <= status.clientHeight;
    });
    assert.ok(fits, `${width} px: the status has no room`);
  }
  assert.match(await page.locator('nav').innerText(), /npm install rxjs rxjs-parallel/);
  assert.equal(await page.locator('nav a[href^="https://github.com/rxjs-parallel/rxjs-parallel"]').count(), 2);
  return demo;
});

for (const [name, open] of Object.entries({ Chromium: openBrowser, Firefox: openFirefox })) {
  const other = await open();
  if (other === undefined) continue;

  await check(`${name}: a race plays once by itself, from the same tiles, each way in its order`, async () => {
    const demo = await DemoPage.open(other, `${built.url}#race-2${PART}`, {
      ...desktop,
      reducedMotion: 'no-preference',
    });
    await demo.status(/^Drawing all three at once on 2 workers each/);
    await demo.status(/^Drawn three times/);
    const [main, ordered, unordered] = [
      await demo.drawn('main'),
      await demo.drawn('ordered'),
      await demo.drawn('unordered'),
    ];
    for (const { hash, speed } of [main, ordered, unordered]) {
      assert.equal(hash, main.hash);
      assert.match(speed, /^\d+\.\d ×$/);
    }
    assert.deepEqual(main.order, IN_ORDER);
    assert.deepEqual(ordered.order, IN_ORDER);
    assert.deepEqual(
      unordered.order.toSorted((a, b) => a - b),
      IN_ORDER,
    );
    assert.equal(new URL(demo.page.url()).hash, `#race-2${PART}`);
    await demo.shoot(`race-${name.toLowerCase()}-light`);
    return demo;
  });

  await check(`${name}: a drag zooms in, buttons too, and the address draws it again`, async () => {
    const demo = await DemoPage.open(other, `${built.url}#ordered-2${PART}`, desktop);
    const { page } = demo;
    const whole = await demo.draw('ordered');
    const pictures = page.locator('article[data-way=ordered] .canvases');
    const { height, width, x, y } = (await pictures.boundingBox()) ?? assert.fail('there is no picture');
    await page.mouse.move(x + width / 4, y + height / 4);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + height / 2, { steps: 3 });
    assert.equal(await pictures.locator('.frame').isVisible(), true);
    await page.mouse.up();
    assert.equal(await pictures.locator('.frame').isVisible(), false);
    await demo.status(/^Drawn/);
    const part = await demo.drawn('ordered');
    assert.notEqual(part.hash, whole.hash);
    const { hash } = new URL(page.url());
    assert.match(hash, /^#ordered-2@-0\.7\d+,0\.1\d+,0?\.?\d+e?-?\d*$/);
    assert.equal((await demo.draw('unordered')).hash, part.hash);
    await page.locator('#into').click();
    await demo.status(/^Drawn/);
    assert.notEqual((await demo.drawn('unordered')).hash, part.hash);
    await page.goto('about:blank');
    await page.goto(built.url + hash);
    assert.equal((await demo.draw('ordered')).hash, part.hash);
    return demo;
  });

  await other.close();
}

await check('`npm run demo` serves the same', async () => {
  const sources = await serveSources();
  const demo = await DemoPage.open(browser, `${sources.url}#unordered-4${PART}`, desktop);
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

/** Cancels a run after so many tiles; gives how many workers that has ended. */
async function cancels(demo, way, tiles, expected) {
  let ended;
  await inTries(async () => {
    await demo.button(way).click();
    const { before, ms, ran } = await demo.cancel(way, tiles);
    await demo.status(/^Cancelled/);
    assert.equal(await demo.page.locator(`[data-way=${way}] .time`).textContent(), '–');
    ended = await demo.page.locator(`[data-way=${way}] [data-state=ended]`).count();
    return [
      [before > 0, 'no worker ran when Cancel was pressed'],
      // To draw the rest would have taken longer.
      [ms < ran, `a worker still ran ${ms} ms after Cancel, in a run of ${ran} ms`],
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
