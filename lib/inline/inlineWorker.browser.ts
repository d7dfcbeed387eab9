/** Workers for inline functions, in browsers. `#inlineWorker` in package.json selects this file or `inlineWorker.node.ts`. */
import type { InlineWorker } from '../api/types/worker.ts';
import type * as blobWorkerModule from './blobWorker.ts';
import type { InlineFunctions } from './inlineCall.ts';

let made: typeof blobWorkerModule | undefined;

/** Fetches the code that `inlineWorker` needs. A page without inline functions never does, and loads a quarter less. */
export const prepareInline: (() => Promise<void>) | undefined = async () => {
  made = await import('./blobWorker.ts');
};

export const inlineWorker = (functions: InlineFunctions): InlineWorker => made!.blobWorker(functions);
