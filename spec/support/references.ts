/** Objects that nobody should keep. */
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Threads have it only where Node was started with it; so does a Jasmine that is run by itself.
setFlagsFromString('--expose-gc');
const gc = (globalThis as { gc?: () => void }).gc ?? (runInNewContext('gc') as () => void);

export async function collect(): Promise<void> {
  for (let time = 0; time < 3; time++) {
    // What was looked at in this turn is kept until its end.
    await turn();
    gc();
  }
}

export class References {
  readonly #references: WeakRef<object>[] = [];

  add<T extends object>(object: T): T {
    this.#references.push(new WeakRef(object));
    return object;
  }

  /**
   * How many remain after a collection; messages on their way between threads keep some for a moment.
   * `atMost`: how many may remain, so that it does not wait for these to go.
   */
  async remaining(atMost = 0): Promise<number> {
    await collect();
    for (let attempt = 1; attempt < 20 && this.#alive > atMost; attempt++) await collect();
    return this.#alive;
  }

  get #alive(): number {
    return this.#references.filter((reference) => reference.deref() !== undefined).length;
  }
}
