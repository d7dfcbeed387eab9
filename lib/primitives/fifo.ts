/** A first-in, first-out queue; pushing and shifting n values takes O(n). */
export class Fifo<T> {
  #values: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#values.length - this.#head;
  }

  /** The value that `shift` returns next. */
  get first(): T | undefined {
    return this.#values[this.#head];
  }

  /** The value that was pushed last. */
  get last(): T | undefined {
    return this.length === 0 ? undefined : this.#values.at(-1);
  }

  push(value: T): void {
    this.#values.push(value);
  }

  shift(): T {
    const value = this.#values[this.#head] as T;
    this.#values[this.#head++] = undefined;
    // The used part is cut off only when it is half of all: each value is then moved at most once on average.
    if (this.#head >= 1024 && this.#head * 2 >= this.#values.length) {
      this.#values = this.#values.slice(this.#head);
      this.#head = 0;
    }
    return value;
  }

  /** Removes the value that was pushed last. */
  pop(): void {
    this.#values.pop();
  }

  clear(): void {
    this.#values = [];
    this.#head = 0;
  }
}
