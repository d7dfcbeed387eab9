/** What the tasks of a batch report before they end. */
import { post } from '#port';
import { type Timer, clearTimeout, monotonic, now, setTimeout } from '../primitives/clock.ts';
import { REPORT, type ReportMessage } from '../protocol/messages.ts';
import { OTHER, plainCopy, reportError } from '../protocol/snapshot.ts';
import { messageOf } from '../protocol/thrown.ts';
import { ownOther } from './pack.ts';

/**
 * At most one report is sent in so many ms; of those between, the latest counts. A task that reports in a loop would else
 * bury its host in messages.
 */
const REPORT_EVERY = 4;

export class Reports {
  readonly #id: number;
  #sentAt = -Infinity;
  /** The latest, while it waits. */
  #latest: ReportMessage | undefined;
  #due: Timer | undefined;

  constructor(id: number) {
    this.#id = id;
  }

  /**
   * The task at `offset`, which began then, reports `value`: a copy of it as it is now.
   *
   * @throws CloneError
   */
  add(offset: number, began: number, value: unknown): void {
    this.#latest = { type: REPORT, id: this.#id, offset, began, time: now(), ...copied(value) };
    if (monotonic() - this.#sentAt >= REPORT_EVERY) this.flush();
    // For a task that waits meanwhile; one that computes comes by here again, or ends.
    else this.#due ??= setTimeout(() => this.flush(), REPORT_EVERY);
  }

  /** Sends the latest, if it has not been sent. */
  flush(): void {
    clearTimeout(this.#due);
    this.#due = undefined;
    const message = this.#latest;
    if (message === undefined) return;
    this.#latest = undefined;
    this.#sentAt = monotonic();
    post(message);
  }
}

function copied(value: unknown): Pick<ReportMessage, 'value' | 'held'> {
  try {
    const copy = plainCopy(value);
    return copy === OTHER ? ownOther(value) : { value: copy, held: false };
  } catch (cause) {
    throw reportError(messageOf(cause), { cause });
  }
}
