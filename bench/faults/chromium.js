/** Plays faults in pages of one Chromium, with a watchdog. */
import { chromium as browserType } from 'playwright-core';
import { flags } from '../../scripts/chromium.js';
import { locate } from '../../scripts/programs.js';
import { serve } from './site.js';
import { Watch } from './watch.js';

/** `play(fault, { isolated })`: a page that is cross-origin isolated has shared memory. */
export async function openChromium() {
  const { chromium } = await locate('chromium');
  const browser = await browserType.launch({
    executablePath: chromium,
    args: ['--headless', ...flags],
  });
  const sites = { true: await serve({ isolated: true }), false: await serve({ isolated: false }) };
  return {
    version: browser.version(),
    play: (fault, { isolated }) => inPage(browser, `${sites[isolated].address}/?fault=${fault}`),
    async close() {
      await browser.close();
      for (const site of Object.values(sites)) site.close();
    },
  };
}

/** Resolves to `{ events, end, said }`; `end` is 'ended', 'hang' or 'process died'. */
async function inPage(browser, address) {
  const context = await browser.newContext();
  const page = await context.newPage();
  let over;
  const ended = new Promise((resolve) => (over = resolve));
  const watch = new Watch(over);
  let said = '';
  let crashed = false;
  page.on('crash', () => {
    crashed = true;
    over();
  });
  page.on('console', (message) => (said += `${message.text()}\n`));
  await page.exposeFunction('tell', (event) => {
    watch.event(event);
    if (event.event === 'uncaught') crashed = true;
    if (event.event === 'exit') over();
  });
  await page.exposeFunction('workersLeft', () => page.workers().length);
  await page.goto(address);
  await ended;
  const found = watch.end();
  // A page whose renderer hangs is left to the end of the browser.
  await Promise.race([context.close(), new Promise((resolve) => setTimeout(resolve, 2000))]);
  return { ...found, end: crashed ? 'process died' : found.end, said };
}
