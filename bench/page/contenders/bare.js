/** By hand: two module workers that import nothing, a message for each value. */
globalThis.first = () =>
  new Promise((next) => {
    const workers = [0, 1].map(() => new Worker(new URL('bare.worker.js', import.meta.url), { type: 'module' }));
    for (const worker of workers) worker.addEventListener('message', ({ data }) => next(data));
    for (let n = 1; n <= 8; n++) workers[n % 2].postMessage(n);
  });
