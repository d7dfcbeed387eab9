/** What differs between hosts, in browsers. `#platform` in package.json chooses between this file and its sibling. */
import { setTimeout } from '../primitives/clock.ts';
export { captureZone as captureContext, inRootZone as inNoContext } from '../primitives/zone.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { EarlyExit, Lasting } from './lasting.ts';
import type { WorkerConstructor } from '../api/worker.ts';

export const cores: number = globalThis.navigator?.hardwareConcurrency ?? 4;

/** Jest resolves for browsers under jsdom, which has no workers. */
function NoWorker(): never {
  throw new TypeError(
    "There is no Worker here: a service worker has none, and in Chromium no shared one. Jest takes the files for browsers under jsdom: testEnvironmentOptions: { customExportConditions: ['node'] }",
  );
}

export const Worker: WorkerConstructor = (globalThis.Worker ?? NoWorker) as never;

/** Which worker of a page is ours, its `expose` does not ask: that does nothing in others than pages make. */
export const marked = <T>(make: () => T): T => make();

/** No worker of a page tells where its module is. */
export const addressOf = (_worker: object): string | undefined => undefined;

/** Why a worker of a page ended before it exposed anything is never told: a file may come at the next try. */
export const lasting = (_exit: EarlyExit): Lasting | undefined => undefined;

/** Runs `act` once the messages that are already waiting have been received. */
export function afterMessages(act: () => void): void {
  setTimeout(act);
}

/** There is nothing like it in a page. */
export const diagnostics: Diagnostics | undefined = undefined;
