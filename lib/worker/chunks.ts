/** The values of a task that gives many, posted to the host in chunks. */
import { post } from '#port';
import { type Timer, clearTimeout, monotonic, setTimeout } from '../primitives/clock.ts';
import { CHUNK, type ChunkMessage } from '../protocol/messages.ts';
import type { Outlet } from '../protocol/produce.ts';
import { OTHER, plainCopy, resultError } from '../protocol/snapshot.ts';
import { messageOf } from '../protocol/thrown.ts';
import { isTransfer } from '../protocol/transferable.ts';
import { ownMoved, ownOther } from './pack.ts';

/** A value is posted at once if none was for this many ms; values that come faster travel together. */
const CHUNK_EVERY = 4;

export class Chunks implements Outlet {
  credit: number;
  readonly #id: number;
  readonly #most: number;
  readonly #stopped: () => boolean;
  /** The values that were not posted yet. */
  #values: unknown[] = [];
  #held: number[] = [];
  #transfer: object[] = [];
  /** How many values were posted. */
  #from = 0;
  #sentAt = -Infinity;
  #due: Timer | undefined;
  #wake: (() => void) | undefined;

  /** A chunk has at most half of `buffer`, so that the next is filled while one is on its way and acknowledged. */
  constructor(id: number, buffer: number, stopped: () => boolean) {
    this.#id = id;
    this.credit = buffer;
    this.#most = Math.ceil(buffer / 2);
    this.#stopped = stopped;
  }

  get stopped(): boolean {
    return this.#stopped();
  }

  add(value: unknown): void {
    try {
      this.#values.push(this.#own(value));
    } catch (cause) {
      throw resultError(messageOf(cause));
    }
    this.credit--;
    if (this.#values.length >= this.#most || monotonic() - this.#sentAt >= CHUNK_EVERY) this.flush();
  }

  waits(): void {
    if (this.#values.length > 0) this.#due ??= setTimeout(() => this.flush(), CHUNK_EVERY);
  }

  /** Posts no incomplete chunk for lack of credit: a chunk of one value gives a credit of one, which makes another such chunk. */
  changed(): Promise<void> {
    this.waits();
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** The host has emitted `count` more values; 0: only checks whether the task has to stop. */
  grant(count: number): void {
    this.credit += count;
    this.#wake?.();
    this.#wake = undefined;
  }

  flush(): void {
    clearTimeout(this.#due);
    this.#due = undefined;
    const values = this.#values;
    if (values.length === 0) return;
    const message: ChunkMessage = { type: CHUNK, id: this.#id, from: this.#from, values, held: this.#held };
    const transfer = this.#transfer;
    this.#from += values.length;
    this.#values = [];
    this.#held = [];
    this.#transfer = [];
    this.#sentAt = monotonic();
    try {
      post(message, transfer);
    } catch (cause) {
      throw resultError(messageOf(cause));
    }
  }

  /** A copy that the task can no longer change. */
  #own(value: unknown): unknown {
    if (typeof value === 'object' && isTransfer(value)) {
      const moved = ownMoved(value);
      this.#transfer.push(...moved.transfer);
      if (moved.packed) this.#held.push(this.#values.length);
      return moved.value;
    }
    const copy = plainCopy(value);
    if (copy !== OTHER) return copy;
    const own = ownOther(value);
    if (own.held) this.#held.push(this.#values.length);
    return own.value;
  }
}
