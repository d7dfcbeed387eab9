/** Something that is never done inside itself: who asks for it from within has it done once more. */
export class Coalesced {
  readonly #pass: () => void;
  running = false;
  #again = false;

  constructor(pass: () => void) {
    this.#pass = pass;
  }

  /** Does rounds until none is asked for any more. From within it only asks, and is false. */
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
