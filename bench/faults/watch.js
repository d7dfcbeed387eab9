/** Collects the events of a fault, and ends it when nothing happens any more. */

/** A fault is over when so many ms have passed without an outcome, an end, … */
const SILENCE = 6000;
/** … or this much in all. */
const LIMIT = 30_000;
/** These are no progress: a worker may be started again and again. */
const NO_PROGRESS = new Set(['begun', 'worker']);

export class Watch {
  #events = [];
  #late = false;
  #timer;
  #limit;
  /** @type {() => void} */
  #kill;

  /** `kill` ends what is watched. */
  constructor(kill) {
    this.#kill = () => {
      this.#late = true;
      kill();
    };
    this.#timer = setTimeout(this.#kill, SILENCE);
    this.#limit = setTimeout(this.#kill, LIMIT);
  }

  event(event) {
    this.#events.push(event);
    if (NO_PROGRESS.has(event.event)) return;
    clearTimeout(this.#timer);
    if (!this.#late) this.#timer = setTimeout(this.#kill, SILENCE);
  }

  /** What is watched has ended, by itself or not. */
  end() {
    clearTimeout(this.#timer);
    clearTimeout(this.#limit);
    const last = this.#events.at(-1)?.event;
    const whole = last === 'exit' || last === 'refused';
    return { events: this.#events, end: this.#late ? 'hang' : whole ? 'ended' : 'process died' };
  }
}
