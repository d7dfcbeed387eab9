/** The worker of most pools: `workerData` says what to do. */
import { workerData } from 'node:worker_threads';
import { expose } from 'rxjs-parallel/worker';
import { type Script, api, follow, hooks } from './deeds.ts';

const { failsSetup, ...script } = workerData as Script & { readonly failsSetup?: boolean };
follow(script, true);
expose(
  api,
  failsSetup === true
    ? {
        setup() {
          throw undefined;
        },
      }
    : hooks,
);
