/** The worker of an inline function in a page. This code is fetched when the first one runs (`inlineWorker.browser.ts`). */
import { Worker } from '#platform';
import type { InlineWorker } from '../api/types/worker.ts';
import type { InlineFunctions } from './inlineCall.ts';
import { runtime } from './inlineRuntime.generated.ts';
import { textsOf } from './inlineText.ts';

/** A worker from a Blob with the text of the runtime and of the functions: nothing is evaluated. */
export function blobWorker({ fn, setup: setupText }: InlineFunctions): InlineWorker {
  const { problem, setup, source } = textsOf(fn, setupText);
  const compiled = [source, setup].map((each) => (each === undefined ? 'undefined' : `(__name) => (${each})`));
  const text = `${runtime}\n;globalThis[Symbol.for('rxjs-parallel.inline')](${compiled.join()});`;
  // A host without workers may lack `createObjectURL`, too: the constructor throws the clearer error.
  if ((globalThis as { Worker?: unknown }).Worker === undefined)
    return { worker: new Worker(''), source: undefined, setup: undefined, problem };
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new globalThis.Worker(url, { type: 'module' });
  // The URL is needed only until the worker has loaded, which its first message shows, or is ended before that.
  const revoke = (): void => URL.revokeObjectURL(url);
  worker.addEventListener('message', revoke, { once: true });
  worker.addEventListener('error', revoke, { once: true });
  worker.terminate = (): void => {
    revoke();
    globalThis.Worker.prototype.terminate.call(worker);
  };
  return { worker, source: undefined, setup: undefined, problem };
}
