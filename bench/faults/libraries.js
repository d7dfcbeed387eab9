/** The libraries, in the order of the report; `libraries/` says how each is driven, and what it has. */
export const libraries = {
  'rxjs-parallel': { title: 'rxjs-parallel' },
  'threads-pool': { title: 'threads.js `Pool`', package: 'threads' },
  piscina: { title: 'piscina', package: 'piscina' },
  tinypool: { title: 'tinypool', package: 'tinypool' },
  workerpool: { title: 'workerpool', package: 'workerpool' },
  poolifier: { title: 'poolifier', package: 'poolifier' },
};
