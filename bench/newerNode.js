/** What `multithreading` needs of Node 22, for Node 20. */
import { availableParallelism } from 'node:os';

/** @type {any} */ (globalThis).navigator ??= { hardwareConcurrency: availableParallelism() };
/** @type {any} */ (Promise).withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};
