/** The worker of most pools: told by `workerData` what to do. */
import { workerData } from 'node:worker_threads';
import { expose } from 'rxjs-parallel/worker';
import { type Script, api, follow } from './deeds.ts';

follow(workerData as Script);
expose(api);
