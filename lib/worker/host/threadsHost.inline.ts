/** In a page's worker for an inline function, whose host is never threads.js: `scripts/inline-runtime.js` takes it for `#threadsHost`. */
export { announce as exposeToThreads } from './announce.ts';
