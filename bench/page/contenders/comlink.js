/** comlink, likewise: two workers, a call to each in turn. */
import { wrap } from 'comlink';

globalThis.first = () => {
  const workers = [0, 1].map(() => wrap(new Worker(new URL('comlink.worker.js', import.meta.url), { type: 'module' })));
  return Promise.race(Array.from({ length: 8 }, (_, at) => workers[at % 2].double(at + 1)));
};
