/** A worker and the questions it has not answered, in order. */
import { Worker } from 'node:worker_threads';

export class HandWorker {
  #worker = new Worker(new URL('./workers/by-hand.js', import.meta.url));
  #waiting = [];

  constructor() {
    this.#worker.on('message', (answer) => this.#waiting.shift()(answer));
  }

  ask(question, transfer) {
    return new Promise((answered) => {
      this.#waiting.push(answered);
      this.#worker.postMessage(question, transfer);
    });
  }

  close() {
    return this.#worker.terminate();
  }
}
