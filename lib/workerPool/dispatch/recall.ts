/** What workers have not begun, taken back from them: for idle workers, and for streams of a higher priority. */
import { type Timer, clearTimeout, setTimeout } from '../../primitives/clock.ts';
import type { RoundRobin } from '../../pool/roundRobin.ts';
import type { WorkerAttachment } from '../channel/workerAttachment.ts';
import type { WorkerSlot } from './workerSlot.ts';

/** Milliseconds after which it is seen whether a worker has begun anything: what waits at one that has not is taken back. */
const RECALL_EVERY = 20;

export class Recall {
  readonly #slots: readonly WorkerSlot[];
  readonly #roundRobin: RoundRobin<WorkerAttachment>;
  readonly #pump: () => void;
  /** Whether streams of different priorities may be here: else nobody has to make way. */
  ranked = false;
  /** Whether more workers than those that were asked could make way for what waits. */
  #couldMakeWay = false;
  #timer: Timer | undefined;

  /** `pump` serves the streams whose tasks were taken back. */
  constructor(slots: readonly WorkerSlot[], roundRobin: RoundRobin<WorkerAttachment>, pump: () => void) {
    this.#slots = slots;
    this.#roundRobin = roundRobin;
    this.#pump = pump;
  }

  /**
   * Takes back what has not begun of streams whose priority is below that of one that waits: from one worker for each task that
   * waits, or from `all`, where the workers asked before have not been heard of for a while.
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
        // What waits of a sticky stream may be for another worker: then this one need not make way.
        if (wanted <= 0 || (attachment.sticky && attachment.waitingFor(life) === 0)) return true;
        const makesWay = batches!.makeWay(priority);
        if (makesWay && !all) wanted--;
        return !makesWay;
      });
      this.#couldMakeWay ||= most > 0 && others.some(({ batches }) => batches!.spare);
      // Those that are left give nothing for this one, so for none after it: thousands may wait.
      if (wanted > 0 && !attachment.sticky) return;
    }
  }

  /** Sees to it in `RECALL_EVERY` ms, where a worker has tasks that another may come to sooner. */
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
