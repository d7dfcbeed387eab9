/** What the process has made and not ended: timers, handles, threads, promises, and whatever else Node counts. */
import { type AsyncHook, createHook } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { collect } from './references.ts';

/** They are over in the next turn. */
const IGNORED = new Set(['TickObject', 'Microtask', 'Immediate']);

export class Living implements Disposable {
  readonly #alive = new Map<number, string>();
  #first: Record<string, number> | undefined;
  readonly #hook: AsyncHook = createHook({
    init: (id, type) => void (IGNORED.has(type) || this.#alive.set(id, type)),
    destroy: (id) => void this.#alive.delete(id),
  }).enable();

  /** How many more there are than when this was asked first, by kind. Fewer is no leak: some of the first were ending. */
  async more(): Promise<Record<string, number>> {
    // Node reports some ends, as that of a promise, when it collects them, and what has just ended is kept for a moment.
    let added = await this.#added();
    for (let attempt = 1; attempt < 20 && Object.keys(added).length > 0; attempt++) added = await this.#added();
    return added;
  }

  async #added(): Promise<Record<string, number>> {
    await collect();
    await turn();
    const counts: Record<string, number> = {};
    for (const kind of this.#alive.values()) counts[kind] = (counts[kind] ?? 0) + 1;
    this.#first ??= counts;
    const added = Object.entries(counts).map(([kind, count]) => [kind, count - (this.#first![kind] ?? 0)] as const);
    return Object.fromEntries(added.filter(([, count]) => count > 0));
  }

  [Symbol.dispose](): void {
    this.#hook.disable();
  }
}

/** How many listen to each event. */
export function listeners(emitter: NodeJS.EventEmitter): Record<string, number> {
  return Object.fromEntries(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]));
}
