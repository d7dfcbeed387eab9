/** AbortSignals without the DOM's types, which a Node program may not have. Types only. */

/** The part of an AbortSignal that is used here. */
export interface AbortSignalLike {
  /** Whether it has aborted. */
  readonly aborted: boolean;
  /** Why. */
  readonly reason?: unknown;
  /** Calls `listener` when it aborts. */
  addEventListener(type: 'abort', listener: () => void): void;
  /** Calls `listener` no more. */
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The host's own AbortSignal, where its types are known (the DOM's, Node's), so that `fetch` and its like take it. */
export type TaskSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : AbortSignalLike & { throwIfAborted(): void };
