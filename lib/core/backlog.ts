/** Values that have arrived and are not dispatched yet, with their numbers: first in, first out, in linear time. */
export class Backlog<T> {
  #values: (T | undefined)[] = [];
  #indexes: number[] = [];
  #head = 0;

  get length(): number {
    return this.#values.length - this.#head;
  }

  /** The number of the value that `shift` gives next. */
  get firstIndex(): number {
    return this.#indexes[this.#head]!;
  }

  push(value: T, index: number): void {
    this.#values.push(value);
    this.#indexes.push(index);
  }

  shift(): T {
    const value = this.#values[this.#head] as T;
    this.#values[this.#head++] = undefined;
    // Cut off what is used up only when it is half: each value is then moved at most once on average.
    if (this.#head >= 1024 && this.#head * 2 >= this.#values.length) {
      this.#values = this.#values.slice(this.#head);
      this.#indexes = this.#indexes.slice(this.#head);
      this.#head = 0;
    }
    return value;
  }

  /** Drops the newest. */
  pop(): void {
    this.#values.pop();
    this.#indexes.pop();
  }

  clear(): void {
    this.#values = [];
    this.#indexes = [];
    this.#head = 0;
  }
}
