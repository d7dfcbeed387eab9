import { parentPort } from 'node:worker_threads';
import { expose, proxy, transfer } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import * as tasks from '../tasks.js';

expose(
  {
    ...tasks,
    bounceMoved: (bytes) => transfer(tasks.bounceMoved(bytes), [bytes.buffer]),
    counted: (n) => proxy(tasks.counted(n)),
    slowly: () => proxy(tasks.slowly()),
  },
  nodeEndpoint(parentPort),
);
