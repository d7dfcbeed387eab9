/** Failures to start a worker: whether the next one would fail the same way, and what the errors say. */
import type { Lasting } from '../../platform/lasting.ts';
import { WorkerInitError } from '../../api/errors.ts';
import { text } from '../../protocol/thrown.ts';

/**
 * Whether the next worker may start. `again`: it may. `never`: it would fail the same way, so none is tried. `refused`: the
 * factory is wrong, and every stream of the pool fails, even while workers are up.
 */
export type Outlook = 'again' | 'never' | 'refused';

const known = new WeakMap<Error, Outlook>();

export function withOutlook<E extends Error>(error: E, outlook: Outlook): E {
  known.set(error, outlook);
  return error;
}

export const outlookOf = (error: Error): Outlook => known.get(error) ?? 'again';

/** The question to ask first where a worker never starts. */
export const EXPOSES = 'does its module import rxjs-parallel/worker and call expose(api)?';

/** Hints, by what is wrong with the module. */
export const HINTS: Readonly<Record<Lasting, string>> = {
  'exposes nothing': ` (${EXPOSES})`,
  'never settles': ' (a top-level await of its module never settles)',
  'is not there': '',
};

/** The error where no worker was made: the factory threw or returned none, or the preparation failed. */
export const notMade = (cause: unknown, label: string): WorkerInitError =>
  new WorkerInitError(`A worker${label} could not be made: ${text(cause)}`, { cause });
