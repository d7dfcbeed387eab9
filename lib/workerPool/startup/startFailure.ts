/** What a worker's failure to start says of the next. */

/**
 * `again`: that may start. `never`: it would fail likewise, and is not tried. `refused`: what the pool was given is wrong,
 * which everyone who waits is told, whichever workers are up.
 */
export type Outlook = 'again' | 'never' | 'refused';

const known = new WeakMap<Error, Outlook>();

export function withOutlook<E extends Error>(error: E, outlook: Outlook): E {
  known.set(error, outlook);
  return error;
}

export const outlookOf = (error: Error): Outlook => known.get(error) ?? 'again';

/** What everyone who waits in vain for a worker should look at first. */
export const EXPOSES = 'does its module import rxjs-parallel/worker and call expose(api)?';
