// Finds a Firefox for the browser specs; where there is none, they do without.
import { onPath } from './installed.js';

export function firefox() {
  const named = process.env.FIREFOX_BIN ?? '';
  return named === '' ? onPath(['firefox-esr', 'firefox']) : named;
}
