/** Workers for inline functions, in Node. `#inlineWorker` in package.json selects this file or `inlineWorker.browser.ts`. */
import { Worker } from '#platform';
import { existsSync } from 'node:fs';
import type { InlineWorker } from '../api/types/worker.ts';
import type { InlineFunctions } from './inlineCall.ts';
import { textsOf } from './inlineText.ts';

/** Undefined: in Node `inlineWorker` needs no preparation. */
export const prepareInline: (() => Promise<void>) | undefined = undefined;

/** A worker for an inline function: it runs a file of ours, and gets the texts of the function and its setup in a message. */
export function inlineWorker({ fn, setup }: InlineFunctions): InlineWorker {
  return { worker: new Worker(inlineFile()), ...textsOf(fn, setup) };
}

function inlineFile(): URL {
  try {
    const beside = new URL('../worker/inline/inlineEntry.node.mjs', import.meta.url);
    if (existsSync(beside)) return beside;
  } catch {
    // In a CommonJS bundle `import.meta.url` is undefined.
  }
  throw new Error(
    'the file that runs inline functions is not there. A bundler has to leave rxjs-parallel out (as external); workerPool with a worker module needs no file of it',
  );
}
