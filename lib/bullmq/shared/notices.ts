/** Notices of errors: the first at once, then at most one a second, with how many of its kind there were. */
import { type Timer, clearTimeout, queueMicrotask, setTimeout } from '../../primitives/clock.ts';
import { isRefusal, reasonOf, said } from './redisErrors.ts';

const INTERVAL = 1000;
/** Kinds of errors that wait to be told; what comes beyond counts as the last of them. */
const MOST_KINDS = 100;

export type OnError = (error: unknown, count: number) => void;

/** Where nobody wants to hear. */
export const ignore: OnError = () => {};

interface Notice {
  readonly error: unknown;
  count: number;
}

export class Notices {
  readonly #tell: OnError;
  /** What has not been told, oldest first. */
  readonly #waiting = new Map<string, Notice>();
  /** The youngest of them. */
  #last: Notice | undefined;
  #timer: Timer | undefined;
  #ended = false;

  constructor(tell: OnError) {
    this.#tell = tell;
  }

  say(error: unknown): void {
    if (this.#ended) return;
    const reason = reasonOf(error);
    const kind = kindOf(reason);
    let notice = this.#waiting.get(kind);
    if (notice === undefined && this.#waiting.size < MOST_KINDS)
      this.#waiting.set(kind, (notice = this.#last = { error: reason, count: 0 }));
    notice ??= this.#last!;
    notice.count++;
    if (this.#timer === undefined) this.#next();
  }

  /** Nothing more is told. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #next(): void {
    this.#timer = undefined;
    const [found] = this.#waiting;
    if (found === undefined) return;
    const [kind, { count, error }] = found;
    this.#waiting.delete(kind);
    this.#timer = setTimeout(() => this.#next(), INTERVAL);
    // To tell is no reason to live on.
    (this.#timer as { unref?(): void }).unref?.();
    try {
      this.#tell(error, count);
    } catch (thrown) {
      // It is the listener's own: what is told here goes on.
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }
}

/** Refusals are of one kind by their first word: the rest names a script, or a command. */
function kindOf(error: unknown): string {
  const text = said(error ?? {});
  return isRefusal(error) ? (text.split(' ', 1)[0] ?? '') : text;
}
