// Where Chromium is, for the browser specs.
import { installed } from './installed.js';

export const chromium = () =>
  installed({
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
    variable: 'CHROME_BIN',
    package: 'chromium',
    title: 'Chromium or Google Chrome',
    purpose: 'The browser specs',
  });
