/** The same worker, exposed by threads.js itself. */
import { workerData } from 'node:worker_threads';
import { expose } from 'threads/worker';
import { type Script, api, follow } from './deeds.ts';

follow(workerData as Script);
expose(api);
