/** What makes pools of workers. A page fetches it, and all that it imports, for its first pool: see `withEngine`. */
import { inlineWorker, prepareInline } from '#platform';
import { CloneError } from '../errors.ts';
import { snapshot } from '../snapshot.ts';
import { messageOf } from '../thrown.ts';
import { SETUP, type SetupMessage } from '../wire.ts';
import { ofInline, ofModule } from './label.ts';
import { type LaneSettings, Lanes } from './lanes.ts';
import { type Opening, openAfter, openWorker } from './link.ts';

export { leased } from './leased.ts';

/** Milliseconds that an inline worker may take to come up. */
const INIT_TIMEOUT = 10_000;

/** The one reason for which a page cannot load it: its text is at hand. */
const UNLOADED =
  "a function sent as text needs worker-src blob: in the page's Content-Security-Policy; workerPool with a worker module does not";

/** A pool of the workers that `factory` makes. */
export function modulePool(factory: () => unknown, initTimeout: number, settings: LaneSettings): Lanes {
  const label = ofModule(settings.name);
  return new Lanes({ open: () => openWorker(factory, { initTimeout, label }) }, settings);
}

/** A pool that one subscription owns, whose workers run the function of that text. */
export function inlinePool(text: string, context: unknown, size: number): Lanes {
  // The same for all workers, whenever they start.
  let own: readonly [unknown] | undefined;
  const open = (): unknown => {
    const { problem, source, worker } = inlineWorker(text);
    try {
      own ??= [snapshot(context)];
      const message: SetupMessage = { type: SETUP, source, problem, context: own[0] };
      (worker as { postMessage(message: SetupMessage): void }).postMessage(message);
    } catch (cause) {
      (worker as { terminate(): void }).terminate();
      throw new CloneError(`context cannot cross to a worker: ${messageOf(cause)}`, { cause });
    }
    return worker;
  };
  const settings = { initTimeout: INIT_TIMEOUT, label: ofInline, unloaded: UNLOADED };
  const openNow = (): Opening => openWorker(open, settings);
  return new Lanes(
    { open: prepareInline === undefined ? openNow : () => openAfter(prepareInline!(), openNow, ofInline) },
    { size },
  );
}
