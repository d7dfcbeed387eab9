/** Workers that do not come up: whether another would fail likewise, and what everyone who waits is told. */
import type { Lasting } from '../../platform/lasting.ts';
import { WorkerInitError } from '../../api/errors.ts';
import { text } from '../../protocol/thrown.ts';

/**
 * Whether the next worker may start. `again`: it may. `never`: it would fail likewise, and is not tried. `refused`: what the
 * pool was given is wrong, which everyone who waits is told, whichever workers are up.
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

/** What to look at, by what is wrong with the module. */
export const HINTS: Readonly<Record<Lasting, string>> = {
  'exposes nothing': ` (${EXPOSES})`,
  'never settles': ' (a top-level await of its module never settles)',
  'is not there': '',
};

/** There is no worker: its factory threw, or gave none, or what it needs could not be prepared. */
export const notMade = (cause: unknown, label: string): WorkerInitError =>
  new WorkerInitError(`A worker${label} could not be made: ${text(cause)}`, { cause });
