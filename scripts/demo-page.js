// The page of examples/browser as a person uses it: in Chromium, from a server on the loopback.
import { chromium as chromiumOf, firefox as firefoxOf } from 'playwright-core';
import { build, createServer, preview } from 'vite';
import { locate } from './programs.js';

/** @returns {import('vite').InlineConfig} */
const configOf = (/** @type {string} */ example) => ({
  configFile: `examples/${example}/vite.config.ts`,
  logLevel: 'error',
});
const loopback = { host: '127.0.0.1', port: 0, open: false };

/** Serves the page of an example as built; gives its address. */
export async function serveBuilt(example = 'browser') {
  const config = configOf(example);
  await build(config);
  const server = await preview({ ...config, preview: loopback });
  return { url: server.resolvedUrls?.local[0] ?? '', close: () => server.close() };
}

/** Serves the page as `npm run demo` does. */
export async function serveSources() {
  const server = await createServer({ ...configOf('browser'), server: loopback });
  await server.listen();
  return { url: server.resolvedUrls?.local[0] ?? '', close: () => server.close() };
}

export async function openBrowser() {
  const args = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-component-update', '--disable-sync'];
  const { chromium } = await locate('chromium');
  return chromiumOf.launch({ executablePath: chromium, args });
}

/** Undefined where there is none. */
export async function openFirefox() {
  const { firefox } = await locate('firefox');
  if (firefox === undefined) return undefined;
  // The browser as it is, over WebDriver BiDi: no build of Playwright's.
  return firefoxOf.launch({ executablePath: firefox, channel: 'moz-firefox', timeout: 120_000 });
}

export class DemoPage {
  page;
  /** What a person who looks into the console would see, and requests that failed. */
  problems = [];

  /**
   * `isolated: false` takes away the headers that allow the page shared memory.
   * @param {import('playwright-core').Browser} browser
   * @param {string} url
   * @param {import('playwright-core').BrowserContextOptions & { isolated?: boolean }} options
   */
  static async open(browser, url, { isolated = true, ...options } = {}) {
    const demo = new DemoPage();
    const page = await browser.newPage(options);
    demo.page = page;
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) demo.problems.push(`${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => demo.problems.push(`page error: ${error.stack}`));
    page.on('requestfailed', (request) => demo.problems.push(`${request.url()}: ${request.failure()?.errorText}`));
    page.on('response', (response) => {
      if (response.status() >= 400) demo.problems.push(`${response.url()}: status ${response.status()}`);
    });
    if (!isolated)
      await page.route('**', async (route) => {
        const response = await route.fetch();
        const headers = Object.entries(response.headers()).filter(([name]) => !name.startsWith('cross-origin-'));
        await route.fulfill({ response, headers: Object.fromEntries(headers) });
      });
    await page.goto(url);
    return demo;
  }

  button(way) {
    return this.page.locator(`#ways [data-way=${way}] button`);
  }

  /** Draws the whole picture in one way; gives what is on the page then. */
  async draw(way) {
    await this.button(way).click();
    await this.status(/^Drawn/);
    return this.page.evaluate(async (row) => {
      const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('#picture'));
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const text = (/** @type {string} */ selector) => document.querySelector(selector)?.textContent ?? '';
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
      return {
        hash: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''),
        opaque: data.every((value, at) => at % 4 !== 3 || value === 255),
        colours: new Set(new Uint32Array(data.buffer)).size,
        order: text('#order-numbers').split(', ').map(Number),
        worstFrame: Number.parseInt(text(`${row} .worst`), 10),
        speedUp: Number.parseFloat(text(`${row} .speed`)),
      };
    }, `#ways [data-way=${way}]`);
  }

  /** Waits until the page says so. */
  async status(expected) {
    const says = ({ source }) => new RegExp(source).test(document.querySelector('#status')?.textContent ?? '');
    await this.page.waitForFunction(says, { source: expected.source });
  }

  /** Waits until so many tiles are drawn and every lane is at one. */
  async busy(tiles) {
    const isBusy = (least) =>
      /** @type {HTMLProgressElement} */ (document.querySelector('#progress')).value >= least &&
      document.querySelector('#lanes li:not([data-state=running])') === null;
    await this.page.waitForFunction(isBusy, tiles);
  }

  /** Presses Cancel; gives how many lanes ran at that moment, and how many ms later none did, both as the page has it. */
  async cancel() {
    const noted = this.page.evaluate(
      () =>
        new Promise((resolve) => {
          const lanes = /** @type {Element} */ (document.querySelector('#lanes'));
          const running = () => lanes.querySelectorAll('[data-state=running]').length;
          const note = ({ timeStamp }) => {
            const before = running();
            const look = () => {
              if (running() > 0) return;
              observer.disconnect();
              resolve({ before, ms: performance.now() - timeStamp });
            };
            const observer = new MutationObserver(look);
            observer.observe(lanes, { subtree: true, attributes: true });
            look();
          };
          document.querySelector('#cancel')?.addEventListener('click', note, { once: true });
        }),
    );
    await this.page.locator('#cancel').click();
    return noted;
  }

  scrollsSideways() {
    return this.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  }

  shoot(name) {
    return this.page.screenshot({ path: `screenshots/${name}.png`, fullPage: true });
  }
}
