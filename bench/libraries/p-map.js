/** p-map's iterator, whose calls are made by piscina. */
import { pMapIterable } from 'p-map';
import { open as openPiscina } from './piscina.js';

export { concurrency } from './piscina.js';

export function open(settings) {
  const { call, close } = openPiscina(settings);
  return {
    iterable: ({ task }, source) => pMapIterable(source, (n) => call(task, n), { concurrency: settings.concurrency }),
    close,
  };
}
