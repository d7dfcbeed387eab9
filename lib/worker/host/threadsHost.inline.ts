/** For inline functions in a page, whose host is never threads.js: `scripts/inline-runtime.js` uses this file for `#threadsHost`. */
export { announce as exposeToThreads } from './announce.ts';
