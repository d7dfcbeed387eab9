// Where Chromium is, for the browser specs.
import { installed } from './installed.js';

/** As root, without a display, and with nothing fetched that no spec asks for. */
export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const chromium = () =>
  installed({
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
    variable: 'CHROME_BIN',
    package: 'chromium',
    title: 'Chromium or Google Chrome',
    purpose: 'The browser specs',
  });
