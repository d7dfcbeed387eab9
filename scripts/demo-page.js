// The page of examples/browser as a person uses it, from a server on the loopback.
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

/** Most ms that anything may take on a busy machine. */
const PATIENCE = 120_000;

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
    page.setDefaultTimeout(PATIENCE);
    await page.goto(url);
    return demo;
  }

  button(way) {
    return this.page.locator(way === 'race' ? '#race' : `article[data-way=${way}] button`);
  }

  /** Draws the whole picture in one way; gives what is on the page then. */
  async draw(way) {
    await this.button(way).click();
    await this.status(/^Drawn/);
    return this.drawn(way);
  }

  /** What is on the page of a picture that is drawn. */
  drawn(way) {
    return this.page.evaluate(async (of) => {
      const column = /** @type {Element} */ (document.querySelector(`article[data-way=${of}]`));
      const canvas = /** @type {HTMLCanvasElement} */ (column.querySelector('.drawn'));
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const text = (/** @type {string} */ name) => column.querySelector(name)?.textContent ?? '';
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
      return {
        hash: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''),
        opaque: data.every((value, at) => at % 4 !== 3 || value === 255),
        colours: new Set(new Uint32Array(data.buffer)).size,
        order: (document.querySelector(`#numbers [data-way=${of}]`)?.textContent ?? '').split(', ').map(Number),
        worstFrame: Number.parseInt(text('.worst'), 10),
        speed: text('.speed'),
        code: document.querySelector(`#code [data-way=${of}]`)?.textContent ?? '',
      };
    }, way);
  }

  /** Waits until the page says so. */
  async status(expected) {
    const says = ({ source }) => new RegExp(source).test(document.querySelector('#status')?.textContent ?? '');
    await this.page.waitForFunction(says, { source: expected.source });
  }

  /**
   * Waits until so many tiles are drawn and every worker of this way is at one. Then Cancel is pressed, if so wished, by the
   * page itself: a press from here takes 1 s where all cores are busy, and the picture may be drawn by then.
   */
  async busy(way, tiles, { cancel = false } = {}) {
    const isBusy = ({ least, of, press }) => {
      const busy =
        /** @type {HTMLProgressElement} */ (document.querySelector('#progress')).value >= least &&
        document.querySelector(`article[data-way=${of}] li:not([data-state=running])`) === null;
      if (busy && press) /** @type {HTMLButtonElement} */ (document.querySelector('#cancel')).click();
      return busy;
    };
    await this.page.waitForFunction(isBusy, { least: tiles, of: way, press: cancel });
  }

  /**
   * Cancels when it is busy; gives how many workers ran at that moment, for how many ms the run had, and how many ms later
   * no worker ran: all as the page has it.
   */
  async cancel(way, tiles) {
    const noted = this.page.evaluate(
      (of) =>
        new Promise((resolve) => {
          const column = /** @type {Element} */ (document.querySelector(`article[data-way=${of}]`));
          const running = () => column.querySelectorAll('[data-state=running]').length;
          const note = ({ timeStamp }) => {
            const before = running();
            const ran = 1000 * Number.parseFloat(column.querySelector('.time')?.textContent ?? '');
            const look = () => {
              if (running() > 0) return;
              observer.disconnect();
              resolve({ before, ran, ms: performance.now() - timeStamp });
            };
            const observer = new MutationObserver(look);
            observer.observe(column, { subtree: true, attributes: true });
            look();
          };
          document.querySelector('#cancel')?.addEventListener('click', note, { once: true });
        }),
      way,
    );
    await this.busy(way, tiles, { cancel: true });
    return noted;
  }

  /** Where the lower edge of an element is in the window, in px. */
  async bottomOf(selector) {
    const box = await this.page.locator(selector).boundingBox();
    return box === null ? Infinity : box.y + box.height;
  }

  scrollsSideways() {
    return this.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  }

  shoot(name) {
    return this.page.screenshot({ path: `screenshots/${name}.png`, fullPage: true });
  }
}
