/** What happened in one run, as the events of the pool and the values of the stream tell it. Times are ms since it began. */
import type { PoolEvent } from 'rxjs-parallel';
import type { Way } from './ways.ts';

/** A tile at a worker. */
export interface Task {
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

export type State = 'running' | 'complete' | 'cancelled' | 'failed';

export class Run {
  readonly way: Way;
  readonly lanes: readonly Lane[];
  /** The results, in the order in which the stream emitted them. */
  readonly results: { readonly index: number; readonly time: number }[] = [];
  /** The frames of the page. */
  readonly frames: { readonly end: number; readonly ms: number }[] = [];
  state: State = 'running';
  /** When the stream ended. */
  #ended: number | undefined;
  /** When the last task ended. */
  freed = 0;
  readonly #began = now();

  constructor(way: Way, workers: number) {
    this.way = way;
    this.lanes = Array.from({ length: workers }, () => ({ tasks: [], lives: [] }));
  }

  /** Milliseconds since it began. */
  get age(): number {
    return now() - this.#began;
  }

  /** How long it took, or has taken. */
  get elapsed(): number {
    return this.#ended ?? this.age;
  }

  /** Until when something happened. */
  get span(): number {
    return Math.max(this.elapsed, this.freed);
  }

  get worstFrame(): number {
    return this.frames.reduce((worst, { ms }) => Math.max(worst, ms), 0);
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

  emit(index: number): void {
    this.results.push({ index, time: this.age });
  }

  end(state: State): void {
    this.state = state;
    this.#ended = this.age;
  }

  /** When something happened that the page tells of, as a press of a button. */
  timeOf(event: Event): number {
    return performance.timeOrigin + event.timeStamp - this.#began;
  }
}

/** Milliseconds since the epoch, as the events of a pool have them. */
const now = (): number => performance.timeOrigin + performance.now();

/** What a worker is at. */
export const currentOf = ({ tasks }: Lane): Task | undefined => tasks.find(({ end }) => end === undefined);
