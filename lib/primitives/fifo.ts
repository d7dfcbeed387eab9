/** What waits for its turn: first in, first out, in linear time. */
export class Fifo<T> {
  #values: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#values.length - this.#head;
  }

  /** What `shift` gives next. */
  get first(): T | undefined {
    return this.#values[this.#head];
  }

  /** What was pushed last. */
  get last(): T | undefined {
    return this.length === 0 ? undefined : this.#values.at(-1);
  }

  push(value: T): void {
    this.#values.push(value);
  }

  shift(): T {
    const value = this.#values[this.#head] as T;
    this.#values[this.#head++] = undefined;
    // Cut off what is used up only when it is half: each value is then moved at most once on average.
    if (this.#head >= 1024 && this.#head * 2 >= this.#values.length) {
      this.#values = this.#values.slice(this.#head);
      this.#head = 0;
    }
    return value;
  }

  /** Drops the newest. */
  pop(): void {
    this.#values.pop();
  }

  clear(): void {
    this.#values = [];
    this.#head = 0;
  }
}
