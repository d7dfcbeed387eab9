/** Workers as hosts have them, which a spec plays event by event. */

/** Who listens to it, and what is done to it. */
abstract class Played {
  readonly done: string[] = [];
  readonly posted: unknown[] = [];
  readonly listeners = new Map<string, Set<(value: never) => void>>();

  postMessage(message: unknown): void {
    this.posted.push(message);
    this.done.push('post');
  }
  terminate(): Promise<void> {
    this.done.push('terminate');
    return Promise.resolve();
  }
  says(event: string, value: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) listener(value as never);
  }
  get listening(): number {
    return [...this.listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
  protected add(event: string, listener: (value: never) => void): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }
  protected remove(event: string, listener: (value: never) => void): void {
    this.listeners.get(event)?.delete(listener);
  }
}

export class OfNode extends Played {
  on(event: string, listener: (value: never) => void): void {
    this.add(event, listener);
  }
  off(event: string, listener: (value: never) => void): void {
    this.remove(event, listener);
  }
  ref(): void {
    this.done.push('ref');
  }
  unref(): void {
    this.done.push('unref');
  }
}

export class OfPage extends Played {
  addEventListener(event: string, listener: (value: never) => void): void {
    this.add(event, listener);
  }
  removeEventListener(event: string, listener: (value: never) => void): void {
    this.remove(event, listener);
  }
}
