/** The workers that a page makes: imported before the library, which takes the page's `Worker` as it finds it. */
export const workers = { made: new Map(), onMade() {} };

globalThis.Worker = class extends globalThis.Worker {
  constructor(url, options) {
    super(url, options);
    workers.made.set(options?.name, this);
    workers.onMade();
  }
};
