// Tasks that take as long as they are told: what `draw-order.js` draws.
import { setTimeout as sleep } from 'node:timers/promises';
import { expose } from '../dist/node/worker/index.js';

const api = {
  /** @param {number} ms */
  render: (ms) => sleep(ms, ms),
};
expose(api);

/** @typedef {typeof api} RenderApi */
