/** A shared worker: no pool has made it. */
import { api } from './importable.worker.ts';

addEventListener('connect', (event) => (event as MessageEvent).ports[0]!.postMessage(api.double(21)));
