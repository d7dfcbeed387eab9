/** A pass that never runs inside itself: a call made during a pass schedules one more. */
export class Coalesced {
  readonly #pass: () => void;
  running = false;
  #again = false;

  constructor(pass: () => void) {
    this.#pass = pass;
  }

  /** Runs passes until no more is scheduled. Called within a pass it only schedules one, and returns false. */
  run(): boolean {
    this.#again = true;
    if (this.running) return false;
    this.running = true;
    try {
      while (this.#again) {
        this.#again = false;
        this.#pass();
      }
    } finally {
      this.running = false;
    }
    return true;
  }
}
