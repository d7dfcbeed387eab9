/** The worker of an inline function in a page. All that it takes is fetched when the first one runs: see `inlineWorker.browser`. */
import { Worker } from '#platform';
import type { InlineWorker } from '../api/worker.ts';
import type { InlineFunctions } from './inlineCall.ts';
import { runtime } from './inlineRuntime.generated.ts';
import { textsOf } from './inlineText.ts';

/** A Blob whose text is the runtime and the functions, so that nothing is evaluated. */
export function blobWorker({ fn, setup: setupText }: InlineFunctions): InlineWorker {
  const { problem, setup, source } = textsOf(fn, setupText);
  const compiled = [source, setup].map((each) => (each === undefined ? 'undefined' : `(__name) => (${each})`));
  const text = `${runtime}\n;globalThis[Symbol.for('rxjs-parallel.inline')](${compiled.join()});`;
  // Where there are no workers there may be no address of a Blob, either: then this says so.
  if ((globalThis as { Worker?: unknown }).Worker === undefined)
    return { worker: new Worker(''), source: undefined, setup: undefined, problem };
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new globalThis.Worker(url, { type: 'module' });
  // The URL is only needed until the worker has loaded; it says so by its first message. It may be ended before.
  const revoke = (): void => URL.revokeObjectURL(url);
  worker.addEventListener('message', revoke, { once: true });
  worker.addEventListener('error', revoke, { once: true });
  worker.terminate = (): void => {
    revoke();
    globalThis.Worker.prototype.terminate.call(worker);
  };
  return { worker, source: undefined, setup: undefined, problem };
}
