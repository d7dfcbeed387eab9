/** The streams attached to a pool, served in turn. */
export class Turns<P> {
  readonly #places: P[] = [];
  #at = 0;

  get size(): number {
    return this.#places.length;
  }

  add(place: P): void {
    this.#places.push(place);
  }

  remove(place: P): void {
    const at = this.#places.indexOf(place);
    if (at < 0) return;
    this.#places.splice(at, 1);
    if (at < this.#at) this.#at--;
  }

  /** The next in turn that wants to be served; its turn is then over. Where it cannot be yet, nobody is: it keeps its turn. */
  next(wants: (place: P) => boolean, can: (place: P) => boolean = () => true): P | undefined {
    const { length } = this.#places;
    for (let step = 0; step < length; step++) {
      const at = (this.#at + step) % length;
      const place = this.#places[at]!;
      if (!wants(place)) continue;
      if (!can(place)) return undefined;
      this.#at = (at + 1) % length;
      return place;
    }
    return undefined;
  }

  each(act: (place: P) => void): void {
    for (let at = 0; at < this.#places.length; at++) act(this.#places[at]!);
  }

  /** A copy: what is done with one may remove others. */
  [Symbol.iterator](): IterableIterator<P> {
    return [...this.#places].values();
  }
}
