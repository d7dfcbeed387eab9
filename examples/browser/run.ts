/** What happened in one run, as the events of the pool and the values of the stream tell it. Times are ms since it began. */
import type { PoolEvent } from 'rxjs-parallel';
import { COUNT } from './tiles.ts';
import type { Way } from './ways.ts';

/** A tile at a worker, or at the page's own thread. */
interface Task {
  readonly index: number;
  readonly start: number;
  /** Undefined while it runs. */
  end: number | undefined;
  cancelled: boolean;
}

/** What one worker did. */
export interface Lane {
  readonly tasks: Task[];
  /** When a worker came up here, or ended. */
  readonly lives: { readonly type: 'worker:start' | 'worker:exit'; readonly time: number }[];
}

export class Run {
  readonly way: Way;
  readonly lanes: readonly Lane[];
  /** The results, in the order in which the stream emitted them. */
  readonly results: { readonly index: number; readonly time: number }[] = [];
  state: 'running' | 'complete' | 'cancelled' | 'failed' = 'running';
  /** When the stream ended. */
  #ended: number | undefined;
  /** When the last task ended. */
  freed = 0;
  readonly #began = now();

  constructor(way: Way, workers: number) {
    this.way = way;
    this.lanes = Array.from({ length: way === 'main' ? 1 : workers }, () => ({ tasks: [], lives: [] }));
  }

  /** How long it took, or has taken. */
  get elapsed(): number {
    return this.#ended ?? now() - this.#began;
  }

  /** Until when something happened. */
  get span(): number {
    return Math.max(this.elapsed, this.freed);
  }

  /** Tiles that are computed and wait for one before them. */
  get held(): readonly number[] {
    if (this.state !== 'running') return [];
    const emitted = new Set(this.results.map(({ index }) => index));
    const computed = this.lanes.flatMap(({ tasks }) =>
      tasks.filter(({ cancelled, end }) => end !== undefined && !cancelled),
    );
    return computed.map(({ index }) => index).filter((index) => !emitted.has(index));
  }

  /** The page's own thread is at the first tile. */
  begin(): void {
    if (this.way === 'main') this.#next(0, 0);
  }

  /** What the workers tell. */
  see(event: PoolEvent): void {
    const { lives, tasks } = this.lanes[event.worker]!;
    const time = event.time - this.#began;
    switch (event.type) {
      case 'worker:start':
      case 'worker:exit':
        lives.push({ type: event.type, time });
        break;
      case 'task:start':
        // What the run before has left over began before this one.
        if (time >= 0) tasks.push({ index: event.index, start: time, end: undefined, cancelled: false });
        break;
      case 'task:end': {
        const task = tasks.find(({ end, index }) => index === event.index && end === undefined);
        if (task === undefined) break;
        task.end = time;
        task.cancelled = event.outcome !== 'value';
        this.freed = time;
        break;
      }
      case 'task:report':
    }
  }

  /** A tile is finished. */
  emit(index: number): void {
    const time = this.elapsed;
    this.results.push({ index, time });
    if (this.way === 'main') this.#next(index + 1, time);
  }

  end(state: Run['state']): void {
    this.#ended = this.elapsed;
    this.state = state;
    if (this.way !== 'main') return;
    this.freed = this.#ended;
    const last = this.lanes[0]!.tasks.at(-1);
    if (last === undefined) return;
    last.cancelled = last.end === undefined;
    last.end ??= this.#ended;
  }

  /** When something happened that the page tells of, as a press of a button. */
  timeOf(event: Event): number {
    return performance.timeOrigin + event.timeStamp - this.#began;
  }

  /** The page's own thread does one tile after another, and tells of none. */
  #next(index: number, time: number): void {
    const { tasks } = this.lanes[0]!;
    if (tasks.length > 0) tasks.at(-1)!.end = time;
    if (index < COUNT) tasks.push({ index, start: time, end: undefined, cancelled: false });
  }
}

/** Milliseconds since the epoch, as the events of a pool have them. */
const now = (): number => performance.timeOrigin + performance.now();

/** What a worker is at. */
export const currentOf = ({ tasks }: Lane): Task | undefined => tasks.find(({ end }) => end === undefined);
