/** The recall of tasks that workers have not begun: for idle workers, and for streams of a higher priority. */
import { type Timer, clearTimeout, setTimeout } from '../../primitives/clock.ts';
import type { RoundRobin } from '../../pool/roundRobin.ts';
import type { WorkerAttachment } from '../channel/workerAttachment.ts';
import type { WorkerSlot } from './workerSlot.ts';

/** Milliseconds between checks whether workers have begun anything: tasks are recalled from those that have not. */
const RECALL_EVERY = 20;

export class Recall {
  readonly #slots: readonly WorkerSlot[];
  readonly #roundRobin: RoundRobin<WorkerAttachment>;
  readonly #pump: () => void;
  /** Whether streams may differ in priority; if not, no worker has to make way. */
  ranked = false;
  /** Whether more workers could make way than were asked. */
  #couldMakeWay = false;
  #timer: Timer | undefined;

  /** `pump` serves the streams whose tasks were recalled. */
  constructor(slots: readonly WorkerSlot[], roundRobin: RoundRobin<WorkerAttachment>, pump: () => void) {
    this.#slots = slots;
    this.#roundRobin = roundRobin;
    this.#pump = pump;
  }

  /**
   * Recalls tasks of streams below a waiting stream's priority: from one worker for each waiting task, or from `all` workers, where
   * those that were asked before have not replied for a while.
   */
  makeWay(all: boolean = false): void {
    this.#couldMakeWay = false;
    if (!this.ranked) return;
    let others = this.#slots.filter(({ batches, retired }) => batches !== undefined && !retired);
    for (const attachment of this.#roundRobin.waiting()) {
      const { priority, slots, source } = attachment;
      others = others.filter(({ batches }) => batches!.lowest < priority);
      if (others.length === 0) return;
      const most = Math.max(source.waiting(), source.canFetch === true ? 1 : 0);
      let wanted = Math.min(most, source.concurrency - slots);
      others = others.filter(({ batches, life }) => {
        // The waiting tasks of a sticky stream may all be for other workers: then this one need not make way.
        if (wanted <= 0 || (attachment.sticky && attachment.waitingFor(life) === 0)) return true;
        const makesWay = batches!.makeWay(priority);
        if (makesWay && !all) wanted--;
        return !makesWay;
      });
      this.#couldMakeWay ||= most > 0 && others.some(({ batches }) => batches!.spare);
      // The remaining workers have nothing to recall for this stream, nor then for those after it, of which there may be thousands.
      if (wanted > 0 && !attachment.sticky) return;
    }
  }

  /** Schedules a check where a worker has tasks that another may come to sooner. */
  schedule(): void {
    if (this.#timer !== undefined) return;
    const idle = this.#slots.some((slot) => !slot.retired && (slot.idle || slot.state === 'down'));
    if (this.#couldMakeWay || (idle && this.#slots.some(({ batches }) => batches?.spare === true)))
      this.#timer = setTimeout(this.#run, RECALL_EVERY);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #run = (): void => {
    this.#timer = undefined;
    for (const { batches } of this.#slots) batches?.recallIfStuck();
    this.makeWay(true);
    this.#pump();
  };
}
