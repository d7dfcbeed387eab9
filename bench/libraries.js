/**
 * Every library, in the order of the report. `file` is in `libraries/`, and is told the `variant`. `pulled`: it only
 * iterates, `alone`: it is about one thing only; both take part where a workload names them.
 */
export const libraries = {
  'rxjs-parallel': { title: 'rxjs-parallel', file: 'rxjs-parallel', ordered: true },
  'rxjs-parallel-unordered': { title: 'rxjs-parallel, unordered', file: 'rxjs-parallel', variant: 'unordered' },
  'rxjs-parallel-batch': {
    title: 'rxjs-parallel, `batch: 8`, `window: 32`',
    file: 'rxjs-parallel',
    variant: 'batch',
    ordered: true,
    alone: true,
  },
  'rxjs-parallel-iterable': {
    title: 'rxjs-parallel, `parallelMapIterable`',
    file: 'rxjs-parallel-iterable',
    ordered: true,
    pulled: true,
  },
  'threads-pool': { title: 'threads.js `Pool`', file: 'threads-pool', peer: true, package: 'threads' },
  'threads-by-hand': { title: 'threads.js by hand', file: 'threads-by-hand', peer: true, package: 'threads' },
  piscina: { title: 'piscina', file: 'piscina', peer: true, package: 'piscina' },
  tinypool: { title: 'tinypool', file: 'tinypool', peer: true, package: 'tinypool' },
  workerpool: { title: 'workerpool', file: 'workerpool', peer: true, package: 'workerpool' },
  poolifier: { title: 'poolifier', file: 'poolifier', peer: true, package: 'poolifier' },
  'p-map': {
    title: 'p-map `pMapIterable` over piscina',
    file: 'p-map',
    peer: true,
    package: 'p-map',
    ordered: true,
    pulled: true,
  },
  comlink: { title: 'comlink', file: 'comlink', peer: true, package: 'comlink' },
  multithreading: {
    title: 'multithreading',
    file: 'multithreading',
    peer: true,
    package: 'multithreading',
    // It uses what Node 20 does not have yet.
    nodeOptions: ['--import', new URL('./newerNode.js', import.meta.url).href],
  },
  'by-hand': { title: '_by hand, a message each_', file: 'by-hand' },
  'fixed-64': { title: '_by hand, batches of 64_', file: 'fixed-batches', variant: 64 },
  'fixed-256': { title: '_by hand, batches of 256_', file: 'fixed-batches', variant: 256 },
  adaptive: { title: '_by hand, adaptive batches_', file: 'adaptive-batches', ordered: true },
  'chunks-64': {
    title: '_by hand, many values in chunks of 64_',
    file: 'chunks-by-hand',
    variant: 64,
    ordered: true,
    alone: true,
  },
  'chunks-1024': {
    title: '_by hand, many values in chunks of 1 024_',
    file: 'chunks-by-hand',
    variant: 1024,
    ordered: true,
    alone: true,
  },
  'bounded-chunks': {
    title: '_by hand, many values in chunks of half of `buffer`_',
    file: 'bounded-chunks',
    ordered: true,
    alone: true,
  },
  bare: { title: '_by hand, one worker that imports nothing_', file: 'bare', alone: true },
  sequential: { title: '_sequential loop_', file: 'sequential', ordered: true },
};
