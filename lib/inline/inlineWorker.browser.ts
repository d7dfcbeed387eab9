/** Workers for inline functions, in browsers. `#inlineWorker` in package.json chooses between this file and its sibling. */
import { Worker } from '#platform';
import type { InlineWorker } from '../api/worker.ts';
import type { InlineFunctions } from './inlineCall.ts';
import type * as inlineText from './inlineText.ts';

let runtime: string | undefined;
let textsOf: typeof inlineText.textsOf | undefined;

/** Fetches what `inlineWorker` needs. A page without inline functions never does, and pays a quarter less. */
export const prepareInline: (() => Promise<void>) | undefined = async () => {
  [{ runtime }, { textsOf }] = await Promise.all([import('./inlineRuntime.generated.ts'), import('./inlineText.ts')]);
};

/** A worker for an inline function: a Blob whose text is the runtime and the functions, so that nothing is evaluated. */
export function inlineWorker({ fn, setup: setupText }: InlineFunctions): InlineWorker {
  const { problem, setup, source } = textsOf!(fn, setupText);
  const compiled = [source, setup].map((each) => (each === undefined ? 'undefined' : `(__name) => (${each})`));
  const text = `${runtime}\n;globalThis[Symbol.for('rxjs-parallel.inline')](${compiled.join()});`;
  // Where there are no workers there may be no address of a Blob, either: then this says so.
  if ((globalThis as { Worker?: unknown }).Worker === undefined)
    return { worker: new Worker(''), source: undefined, setup: undefined, problem };
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new globalThis.Worker(url, { type: 'module' });
  // The URL is only needed until the worker has loaded; it says so by its first message.
  const revoke = (): void => URL.revokeObjectURL(url);
  worker.addEventListener('message', revoke, { once: true });
  worker.addEventListener('error', revoke, { once: true });
  return { worker, source: undefined, setup: undefined, problem };
}
