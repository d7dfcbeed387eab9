/** What differs between hosts, in browsers. `#platform` in package.json chooses between this file and its sibling. */
import { setTimeout } from '../primitives/clock.ts';
export { captureZone as captureContext, inRootZone as inNoContext } from '../primitives/zone.ts';
import type * as inlineText from '../workerPool/inline/inlineText.ts';
import type { InlineWorker, WorkerConstructor } from '../api/worker.ts';

export const cores: number = globalThis.navigator?.hardwareConcurrency ?? 4;

export const Worker: WorkerConstructor = globalThis.Worker as never;

/** Which worker of a page is ours, its `expose` does not ask: that does nothing in others than pages make. */
export const marked = <T>(make: () => T): T => make();

/** No worker of a page tells where its module is. */
export const addressOf = (_worker: object): string | undefined => undefined;

/** Why a worker of a page ended before it exposed anything is never told: a file may come at the next try. */
export const lasting = (_loss: object): string | undefined => undefined;

let runtime: string | undefined;
let inlineTextOf: typeof inlineText.inlineTextOf | undefined;

/** Fetches what `inlineWorker` needs. A page without inline functions never does, and pays a quarter less. */
export const prepareInline: (() => Promise<void>) | undefined = async () => {
  [{ runtime }, { inlineTextOf }] = await Promise.all([
    import('./inlineRuntime.generated.ts'),
    import('../workerPool/inline/inlineText.ts'),
  ]);
};

/** A worker for an inline function: a Blob whose text is the runtime and the function, so that nothing is evaluated. */
export function inlineWorker(source: string): InlineWorker {
  const { expression, problem } = inlineTextOf!(source);
  const compiled = problem === undefined ? expression : '0';
  const text = `${runtime}\n;globalThis[Symbol.for('rxjs-parallel.inline')]((__name) => (${compiled}));`;
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new globalThis.Worker(url, { type: 'module' });
  // The URL is only needed until the worker has loaded; it says so by its first message.
  const revoke = (): void => URL.revokeObjectURL(url);
  worker.addEventListener('message', revoke, { once: true });
  worker.addEventListener('error', revoke, { once: true });
  return { worker, source: undefined, problem };
}

/** Runs `act` once the messages that are already waiting have been received. */
export function afterMessages(act: () => void): void {
  setTimeout(act);
}
