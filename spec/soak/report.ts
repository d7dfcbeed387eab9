/** Counts what a soak has done, and watches the memory that it took. */
import { ParallelError } from 'rxjs-parallel';
import type { Deed } from './deeds.ts';
import { isFault } from './draw.ts';
import type { Log } from './log.ts';

interface Sample {
  readonly seconds: number;
  readonly rss: number;
  readonly heap: number;
}

/** This many samples are needed to distinguish growth from warming up. */
const ENOUGH = 6;
const MB = 2 ** 20;

export class Report {
  readonly #deeds = new Map<string, number>();
  readonly #injected = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();
  readonly #ends = new Map<string, number>();
  readonly #samples: Sample[] = [];
  #tasks = 0;
  /** Tasks that go wrong, and what was done to pools and streams. */
  #faults = 0;
  rounds = 0;

  began(deed: Deed, times: number): void {
    if (times === 0) return;
    this.#tasks += times;
    if (isFault(deed)) this.#faults += times;
    add(this.#deeds, deed, times);
  }

  injected(fault: string, times: number): void {
    if (times === 0) return;
    this.#faults += times;
    add(this.#injected, fault, times);
  }

  /** What a stream gave, and how it ended. */
  ended(log: Log): void {
    for (const value of log.values) {
      const reason = (value as { reason?: unknown } | null | undefined)?.reason;
      add(this.#outcomes, isRejected(value) ? nameOf(reason) : 'value', 1);
    }
    if (log.sourceFailed) this.injected('source failed', 1);
    if (log.aborted) this.injected('aborted', 1);
    if (log.end === 'left') this.injected('unsubscribed', 1);
    add(this.#ends, log.end === 'error' ? nameOf(log.error, log) : (log.end ?? 'hangs'), 1);
  }

  /** Takes the memory's measure after a collection. */
  async sample(seconds: number): Promise<void> {
    for (let time = 0; time < 2; time++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { heapUsed, rss } = process.memoryUsage();
    this.#samples.push({ seconds, rss: rss / MB, heap: heapUsed / MB });
    console.log(
      `${String(Math.round(seconds)).padStart(5)} s  ${this.rounds} rounds, ${this.#tasks} tasks; RSS ${(rss / MB).toFixed(1)} MB, heap ${(heapUsed / MB).toFixed(1)} MB`,
    );
  }

  /** What has grown, if the last third of the samples is well above the third before. */
  growth(): string[] {
    const grown = (what: 'rss' | 'heap', from: number, factor: number, least: number): string[] => {
      const samples = this.#samples.filter(({ seconds }) => seconds >= from);
      if (samples.length < ENOUGH) return [];
      const third = Math.floor(samples.length / 3);
      const of = (first: number): number =>
        Math.min(...samples.slice(first, first + third).map((sample) => sample[what]));
      const before = of(third);
      const after = of(samples.length - third);
      return after > before * factor && after > before + least
        ? [`${what} has grown from ${before.toFixed(1)} to ${after.toFixed(1)} MB`]
        : [];
    };
    // Threads that come and go take the process some minutes to the size it keeps.
    return [...grown('heap', 0, 1.25, 5), ...grown('rss', 120, 1.5, 150)];
  }

  print(): void {
    console.log(`\n${this.rounds} rounds, ${this.#tasks} tasks begun, ${this.#faults} faults injected`);
    table('Tasks by deed', this.#deeds);
    table('Done to pools and streams', this.#injected);
    table('Results by kind', this.#outcomes);
    table('Streams by end', this.#ends);
  }
}

const isRejected = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (value as { status?: unknown }).status === 'rejected';

function nameOf(error: unknown, log?: Log): string {
  if (log !== undefined && error === log.sourceError) return 'error of the source';
  if (log !== undefined && error === log.abortReason) return 'abort';
  return error instanceof ParallelError ? error.name : 'error of the task';
}

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function table(title: string, counts: ReadonlyMap<string, number>): void {
  const rows = [...counts].sort(([, a], [, b]) => b - a).map(([key, count]) => `${key} ${count}`);
  console.log(`${title}: ${rows.join(', ')}`);
}
