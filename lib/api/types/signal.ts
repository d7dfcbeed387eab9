/** AbortSignals without the types of the DOM, which a Node program may not have. Types only. */

/** The part of an AbortSignal that is used here. */
export interface AbortSignalLike {
  /** Whether the signal has aborted. */
  readonly aborted: boolean;
  /** Why it has aborted. */
  readonly reason?: unknown;
  /** Calls `listener` when the signal aborts. */
  addEventListener(type: 'abort', listener: () => void): void;
  /** Removes the listener. */
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The AbortSignal of the host, if its types are known (of the DOM, or of Node), so that `fetch` and the like accept it. */
export type TaskSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : AbortSignalLike & { throwIfAborted(): void };
