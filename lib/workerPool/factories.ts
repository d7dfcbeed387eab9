/** The factories of worker pools. A page fetches them and their imports with its first pool (`loadFactories.browser.ts`). */
import { inlineWorker, prepareInline } from '#inlineWorker';
import type { InlineFunctions } from '../inline/inlineCall.ts';
import { CloneError } from '../api/errors.ts';
import { snapshot } from '../protocol/snapshot.ts';
import { messageOf } from '../protocol/thrown.ts';
import { FUNCTION, type FunctionMessage } from '../protocol/messages.ts';
import { ofInline, ofModule } from './startup/workerLabel.ts';
import { type WorkerPoolSettings, WorkerDispatcher } from './dispatch/workerDispatcher.ts';
import { startAfter } from './startup/startAfter.ts';
import { startWorker } from './startup/startup.ts';
import type { PendingWorker } from './startup/workerConnection.ts';

export { leased } from './leasedThreads.ts';

/** Milliseconds that an inline worker may take to start. */
const INIT_TIMEOUT = 10_000;

/** The text of an inline worker needs no loading in a page: only a Content-Security-Policy, or the text itself, can prevent its start. */
const UNLOADED =
  "a function sent as text needs worker-src blob: in the page's Content-Security-Policy, and has to be valid in strict mode; workerPool with a worker module needs no blob:";

/** A pool of the workers that `factory` makes. */
export function modulePool(
  factory: () => unknown,
  initTimeout: number,
  settings: WorkerPoolSettings,
  data?: readonly [unknown],
): WorkerDispatcher {
  const label = ofModule(settings.name);
  return new WorkerDispatcher({ open: (kept) => startWorker(factory, { initTimeout, label, data, kept }) }, settings);
}

/** A pool for one subscription, whose workers run an inline function. */
export function inlinePool(functions: InlineFunctions, context: unknown, size: number): WorkerDispatcher {
  // Copied once, so that it is the same for all workers, whenever they start.
  let own: readonly [unknown] | undefined;
  const open = (): unknown => {
    const { problem, setup, source, worker } = inlineWorker(functions);
    try {
      own ??= [snapshot(context)];
      const message: FunctionMessage = { type: FUNCTION, source, setup, problem, context: own[0] };
      (worker as { postMessage(message: FunctionMessage): void }).postMessage(message);
    } catch (cause) {
      (worker as { terminate(): void }).terminate();
      throw new CloneError(`context cannot cross to a worker: ${messageOf(cause)}`, { cause });
    }
    return worker;
  };
  const settings = { initTimeout: INIT_TIMEOUT, label: ofInline, unloaded: UNLOADED };
  const openNow = (): PendingWorker => startWorker(open, settings);
  return new WorkerDispatcher(
    { open: prepareInline === undefined ? openNow : () => startAfter(prepareInline!(), openNow, ofInline) },
    { size, inlineName: functions.name },
  );
}
