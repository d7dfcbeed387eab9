/** Notices of errors for `onError`: the first at once, the others at most one a second, with the number of its kind. */
import { type Timer, clearTimeout, queueMicrotask, setTimeout } from '../../primitives/clock.ts';
import { errorText, isRefusal, reasonOf } from './redisErrors.ts';

const INTERVAL = 1000;
/** Kinds that may wait for their notice; errors of further kinds are counted with the youngest of these. */
const MOST_KINDS = 100;

export type OnError = (error: unknown, count: number) => void;

/** The default of `onError`. */
export const ignore: OnError = () => {};

interface Notice {
  readonly error: unknown;
  count: number;
}

export class Notices {
  readonly #onError: OnError;
  /** Kinds whose notice is due, oldest first. */
  readonly #waiting = new Map<string, Notice>();
  #youngest: Notice | undefined;
  #timer: Timer | undefined;
  #ended = false;

  constructor(onError: OnError) {
    this.#onError = onError;
  }

  add(error: unknown): void {
    if (this.#ended) return;
    const reason = reasonOf(error);
    const kind = kindOf(reason);
    let notice = this.#waiting.get(kind);
    if (notice === undefined && this.#waiting.size < MOST_KINDS)
      this.#waiting.set(kind, (notice = this.#youngest = { error: reason, count: 0 }));
    notice ??= this.#youngest!;
    notice.count++;
    if (this.#timer === undefined) this.#notify();
  }

  /** No notice comes after this. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #notify(): void {
    this.#timer = undefined;
    const [found] = this.#waiting;
    if (found === undefined) return;
    const [kind, { count, error }] = found;
    this.#waiting.delete(kind);
    this.#timer = setTimeout(() => this.#notify(), INTERVAL);
    // A notice that is due does not keep the process alive.
    (this.#timer as { unref?(): void }).unref?.();
    try {
      this.#onError(error, count);
    } catch (thrown) {
      // An error of the user's callback: it is uncaught, and does not end what this class is called from.
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }
}

/** The kind of a refusal is the first word of its text: the rest names a script or a command. */
function kindOf(error: unknown): string {
  const text = errorText(error ?? {});
  return isRefusal(error) ? (text.split(' ', 1)[0] ?? '') : text;
}
