/**
 * Written by hand, as a reference: messages that carry 4 ms of work, as far as the last one tells, two in flight for each worker.
 * What an expert writes for one program: it neither handles errors nor lost workers, nor can it be cancelled.
 */
import { Observable } from 'rxjs';
import { HandWorker } from '../handWorker.js';

/** Milliseconds of work in a message, and the most values. */
const TARGET = 4;
const MOST = 1024;
/** Messages in flight for each worker. */
const DEPTH = 2;

export function open({ size }) {
  const workers = Array.from({ length: size }, () => new HandWorker());
  return {
    call: (task, value, transfer) => workers[0].ask({ task, value }, transfer),
    operator:
      ({ task, input }) =>
      (source) =>
        new Observable((subscriber) => {
          const stream = new Stream(workers, task, input, subscriber);
          return source.subscribe({ next: (value) => stream.add(value), complete: () => stream.end() });
        }),
    close: () => Promise.all(workers.map((worker) => worker.close())),
  };
}

class Stream {
  #waiting = [];
  /** Where those that have not been sent begin in it. */
  #at = 0;
  /** Results by message, from the first that has not been emitted. */
  #results = new Map();
  #sent = 0;
  #emitted = 0;
  #size = 1;
  #ended = false;
  #scheduled = false;
  #workers;
  #task;
  #input;
  #subscriber;

  constructor(workers, task, input, subscriber) {
    this.#workers = workers.map((worker) => ({ worker, out: 0 }));
    this.#task = task;
    this.#input = input;
    this.#subscriber = subscriber;
  }

  add(value) {
    this.#waiting.push(value);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  end() {
    this.#ended = true;
    this.#pump();
  }

  #pump() {
    for (let depth = 0; depth < DEPTH; depth++)
      for (const place of this.#workers)
        if (place.out === depth && this.#at < this.#waiting.length) void this.#send(place);
    if (this.#ended && this.#at === this.#waiting.length && this.#emitted === this.#sent) this.#subscriber.complete();
  }

  async #send(place) {
    const left = this.#waiting.length - this.#at;
    // The last values are shared out among the workers.
    const count = Math.min(this.#size, Math.ceil(left / this.#workers.length));
    const values = this.#waiting.slice(this.#at, (this.#at += count));
    const number = this.#sent++;
    place.out++;
    const { results, ms } = await place.worker.ask({
      task: this.#task,
      values: this.#input === undefined ? values : values.map((value) => this.#input(value)),
      timed: true,
    });
    place.out--;
    this.#size = Math.max(1, Math.min(MOST, Math.floor((TARGET * count) / Math.max(ms, 1e-3))));
    this.#results.set(number, results);
    for (let ready; (ready = this.#results.get(this.#emitted)) !== undefined; this.#emitted++) {
      this.#results.delete(this.#emitted);
      for (const result of ready) this.#subscriber.next(result);
    }
    this.#pump();
  }
}
