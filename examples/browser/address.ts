/** What was drawn, in the page's address: to come back to, and to share. `#race-8`, `#ordered-4-finer@-0.7436,0.1318,1e-5`. */
import { HOME, type View } from './tiles.ts';
import type { Way } from './ways.ts';

export interface Drawing {
  readonly what: Way | 'race';
  readonly workers: number;
  readonly finer: boolean;
  readonly view: View;
}

const FORM = /^#(main|ordered|unordered|race)-(\d+)(-finer)?(?:@([-+.e\d]+),([-+.e\d]+),([-+.e\d]+))?$/;

/** Undefined where the address says nothing, or nothing that could be drawn. */
export function readAddress(): Drawing | undefined {
  const [, what, workers, finer, ...numbers] = FORM.exec(location.hash) ?? [];
  if (what === undefined || workers === undefined) return undefined;
  const [re = NaN, im = NaN, span = NaN] = numbers.map(Number);
  const view = [re, im, span].every(Number.isFinite) && span > 0 ? { re, im, span } : HOME;
  return { what: what as Drawing['what'], workers: Number(workers), finer: finer !== undefined, view };
}

export function writeAddress({ finer, view, what, workers }: Drawing): void {
  const place = view === HOME ? '' : `@${view.re},${view.im},${view.span}`;
  history.replaceState(null, '', `#${what}-${workers}${finer ? '-finer' : ''}${place}`);
}
