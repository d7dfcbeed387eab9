/** The differences between hosts, in browsers. `#platform` in package.json selects this file or `platform.node.ts`. */
import { setTimeout } from '../primitives/clock.ts';
export { captureZone as captureContext, inRootZone as inNoContext } from '../primitives/zone.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { EarlyExit, Lasting } from './lasting.ts';
import type { WorkerConstructor } from '../api/types/worker.ts';

export const cores: number = globalThis.navigator?.hardwareConcurrency ?? 4;

/** Jest resolves this file under jsdom, which has no workers. */
function NoWorker(): never {
  throw new TypeError(
    "There is no Worker here: a service worker has none, and in Chromium no shared one. Jest takes the files for browsers under jsdom: testEnvironmentOptions: { customExportConditions: ['node'] }",
  );
}

export const Worker: WorkerConstructor = (globalThis.Worker ?? NoWorker) as never;

/** Workers of a page need no mark: `expose` serves every dedicated worker there. */
export const marked = <T>(make: () => T): T => make();

/** A worker of a page does not say where its module is. */
export const addressOf = (_worker: object): string | undefined => undefined;

/** A page does not know why a worker ended before it exposed anything: the next one may load its file. */
export const lasting = (_exit: EarlyExit): Lasting | undefined => undefined;

/** Runs `act` after the messages that are already waiting were received. */
export function afterMessages(act: () => void): void {
  setTimeout(act);
}

/** Pages have no diagnostics channels. */
export const diagnostics: Diagnostics | undefined = undefined;
