/// <reference lib="esnext.disposable" preserve="true" />
import { record, show } from '../api/checks.ts';
import type { PoolEvent, WorkerPool } from '../api/types/pool.ts';
import type { ObservablePool } from '../observable/pools.ts';
import { timeOrigin } from '../primitives/clock.ts';
import { engineOf } from './timeline.ts';

/** Options of `showInDevTools`. */
interface DevToolsOptions {
  /** The name of the group of lanes. Default: `'rxjs-parallel'`. */
  readonly name?: string | undefined;
}

/** What `showInDevTools` returns. */
export interface DevTools extends Disposable {
  /** Draws nothing more. */
  stop(): void;
}

/** The signature in Chromium; other hosts ignore the parameters after the label. */
type TimeStamp = (label: string, start: number, end: number, track: string, group: string, color: string) => void;

const COLOURS: Readonly<Record<string, string>> = { value: 'primary', cancel: 'secondary' };

/**
 * Draws a lane for each worker into the Performance panel of Chromium's developer tools, beside the lanes of the page itself:
 * from now on, until it is stopped or the pool is closed. Call it before the tools record.
 *
 * @param pool made by `workerPool` or `localPool`, of `rxjs-parallel/observable`, too.
 * @param options the name of the group of lanes.
 * @throws TypeError: an argument is not what it must be.
 *
 * ```ts
 * const shown = showInDevTools(pool);
 * ```
 */
export function showInDevTools(pool: WorkerPool<any> | ObservablePool<any>, options?: DevToolsOptions): DevTools {
  const engine = engineOf('showInDevTools', pool);
  const { name = 'rxjs-parallel' } = record('showInDevTools: options', options, ['name']);
  if (typeof name !== 'string') throw new TypeError(`showInDevTools: name must be a string, got ${show(name)}`);
  const timeStamp = (globalThis as { console?: { timeStamp?: TimeStamp } }).console?.timeStamp?.bind(console);
  /** The tasks that run, by worker. */
  const running = new Map<number, Extract<PoolEvent, { type: 'task:start' }>[]>();
  const draw = (event: PoolEvent): void => {
    if (event.type === 'task:start') running.set(event.worker, [...(running.get(event.worker) ?? []), event]);
    else if (event.type === 'worker:exit') running.delete(event.worker);
    if (event.type !== 'task:end') return;
    const { index, method, outcome, stream, time, worker } = event;
    const begun = running.get(worker) ?? [];
    const start = begun.find((each) => each.index === index && each.stream === stream);
    if (start === undefined) return;
    running.set(
      worker,
      begun.filter((each) => each !== start),
    );
    const label = outcome === 'value' ? `${method} ${index}` : `${method} ${index} (${outcome})`;
    const colour = COLOURS[outcome] ?? 'error';
    timeStamp?.(label, start.time - timeOrigin, time - timeOrigin, `worker ${worker}`, name, colour);
  };
  const stop = engine.listen({ next: draw, complete() {} });
  return { stop, [Symbol.dispose ?? (Symbol.for('Symbol.dispose') as never)]: stop };
}
