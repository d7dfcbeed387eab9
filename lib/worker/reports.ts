/** The reports of the tasks of a batch, thinned. */
import { post } from '#port';
import { type Timer, clearTimeout, monotonic, now, setTimeout } from '../primitives/clock.ts';
import { REPORT, type ReportMessage } from '../protocol/messages.ts';
import { OTHER, plainCopy, reportError } from '../protocol/snapshot.ts';
import { messageOf } from '../protocol/thrown.ts';
import { ownOther } from './pack.ts';

/**
 * At most one report is posted in this many ms; of those between, only the latest. Otherwise a task that reports in a loop would
 * flood its host with messages.
 */
const REPORT_EVERY = 4;

export class Reports {
  readonly #id: number;
  #sentAt = -Infinity;
  /** The latest report, while it waits to be posted. */
  #latest: ReportMessage | undefined;
  #due: Timer | undefined;

  constructor(id: number) {
    this.#id = id;
  }

  /**
   * Adds a report of the task at `offset`, which began at `began`: a copy of `value` as it is now.
   *
   * @throws CloneError
   */
  add(offset: number, began: number, value: unknown): void {
    this.#latest = { type: REPORT, id: this.#id, offset, began, time: now(), ...copied(value) };
    if (monotonic() - this.#sentAt >= REPORT_EVERY) this.flush();
    // The timer is for a task that waits; a computing one reports again, or ends.
    else this.#due ??= setTimeout(() => this.flush(), REPORT_EVERY);
  }

  /** Posts the latest report, if it waits. */
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
