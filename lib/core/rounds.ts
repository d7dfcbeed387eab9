/** Something that is never done inside itself: who asks for it from within has it done once more. */
export class Rounds {
  readonly #round: () => void;
  running = false;
  #again = false;

  constructor(round: () => void) {
    this.#round = round;
  }

  /** Does rounds until none is asked for any more. From within it only asks, and is false. */
  run(): boolean {
    this.#again = true;
    if (this.running) return false;
    this.running = true;
    try {
      while (this.#again) {
        this.#again = false;
        this.#round();
      }
    } finally {
      this.running = false;
    }
    return true;
  }
}
