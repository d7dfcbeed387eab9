/** The pending calls of `pool.warmUp`. */
interface WarmUp {
  readonly workers: number;
  resolve(): void;
  reject(reason: Error): void;
}

export class WarmUps {
  readonly #waiting = new Set<WarmUp>();

  /** The most workers that a pending call waits for; 0: no call is pending. */
  get most(): number {
    let most = 0;
    for (const { workers } of this.#waiting) most = Math.max(most, workers);
    return most;
  }

  /** Resolves when this many workers are up. */
  add(workers: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.add({ workers, resolve, reject });
    });
  }

  /** Settles each call whose outcome is known: `up` of `size` workers are up; `failure`: why no other will come up. */
  settle(up: number, size: number, failure: Error | undefined): void {
    for (const each of this.#waiting) {
      const enough = up >= Math.min(each.workers, size);
      if (!enough && failure === undefined) continue;
      this.#waiting.delete(each);
      if (enough) each.resolve();
      else each.reject(failure!);
    }
  }
}
