/** What a simulation is made of: events in order of time, what serves one after another, and chance that can be repeated. */

/** What is to happen, in order of time: a binary heap. */
export class Events {
  now = 0;
  #heap = [];
  #count = 0;

  at(time, act) {
    const heap = this.#heap;
    const event = { time, order: this.#count++, act };
    let at = heap.push(event) - 1;
    for (let up = (at - 1) >> 1; at > 0 && before(event, heap[up]); at = up, up = (at - 1) >> 1) heap[at] = heap[up];
    heap[at] = event;
  }

  run() {
    for (let event = this.#take(); event !== undefined; event = this.#take()) {
      this.now = event.time;
      event.act();
    }
  }

  #take() {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0) return first;
    let at = 0;
    for (let down = 1; down < heap.length; down = 2 * at + 1) {
      if (down + 1 < heap.length && before(heap[down + 1], heap[down])) down++;
      if (!before(heap[down], last)) break;
      heap[at] = heap[down];
      at = down;
    }
    heap[at] = last;
    return first;
  }
}

const before = (a, b) => a.time < b.time || (a.time === b.time && a.order < b.order);

/** Spans of work, in the order in which they end. */
export class Work {
  #ends = [];
  #lengths = [];

  add(end, ms) {
    this.#ends.push(end);
    this.#lengths.push(ms);
  }

  /** How much of it lies between two times. */
  between(from, to) {
    let sum = 0;
    for (const [at, end] of this.#ends.entries())
      sum += Math.max(0, Math.min(to, end) - Math.max(from, end - this.#lengths[at]));
    return sum;
  }
}

/** Serves one after another. */
export class Station {
  #free = 0;
  work = new Work();

  /** Returns when that is done which comes now. */
  serve(now, ms) {
    this.#free = Math.max(now, this.#free) + ms;
    this.work.add(this.#free, ms);
    return this.#free;
  }
}

/** Mulberry32: numbers from 0 to 1. */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Of mean 0 and deviation 1. */
export const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
