import { Backlog } from './backlog.ts';
import type { Outlet } from './outlet.ts';

/** Emits outcomes in the order in which they arrived. */
export class Unordered implements Outlet {
  readonly #arrived = new Backlog<unknown>();

  get held(): number {
    return this.#arrived.length;
  }

  get ready(): boolean {
    return this.#arrived.length > 0;
  }

  store(_seq: number, outcome: unknown): void {
    this.#arrived.push(outcome);
  }

  take(): unknown {
    return this.#arrived.shift();
  }
}
