/**
 * The endpoint for a host that is threads.js itself, in browsers. `#threadsHost` in package.json selects this file or its
 * sibling. Loaded at once: a bundler that makes one file of a worker cannot load parts of it later.
 */
export { expose as exposeToThreads } from './threads.ts';
