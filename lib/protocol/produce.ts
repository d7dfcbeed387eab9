/** The values of a task that gives many: read from what the task returned, no faster than there is credit for them. */
import { OverflowError, programError } from '../api/workerErrors.ts';
import { isThenable } from './methods.ts';
import { type Pushing, pushingOf } from './observable.ts';

/** The consumer of the values of one task. */
export interface Outlet {
  /** Whether the task has to stop, because its values are no longer wanted. */
  readonly stopped: boolean;
  /** How many more values may be added now. */
  readonly credit: number;
  /** Adds a copy of the value. @throws CloneError */
  add(value: unknown): void;
  /** The task waits for something: values that were added must not wait with it. */
  waits(): void;
  /** Settles when there is new credit, or the task has to stop. */
  changed(): Promise<void>;
}

interface Pulled {
  next(): unknown;
  return?(): unknown;
}

/**
 * Adds all values of `returned` to `outlet`. A source that is pulled is read only while there is credit, and closed when the task
 * has to stop; a source that pushes fails without credit.
 *
 * @throws what the source throws; CloneError; OverflowError; TypeError: `returned` has no values.
 */
export function produce(returned: unknown, outlet: Outlet): Promise<void> {
  const source = returned as Record<PropertyKey, any> | null | undefined;
  const iterate = source?.[Symbol.asyncIterator] ?? source?.[Symbol.iterator];
  if (typeof iterate === 'function') return frame['rxjs-parallel:values'](iterate.call(source), outlet);
  if (typeof source?.['getReader'] === 'function') {
    const reader = source['getReader']();
    return frame['rxjs-parallel:values']({ next: () => reader.read(), return: () => reader.cancel() }, outlet);
  }
  const pushing = pushingOf(source);
  if (pushing !== undefined) return push(pushing, outlet);
  return Promise.reject(
    programError(
      'The task gives no values: it must be a generator, or return an iterable, an async iterable, a ReadableStream or an Observable',
    ),
  );
}

/** Named as a frame that stands below a task's own: see `remoteError`. */
const frame = {
  async 'rxjs-parallel:values'(source: Pulled, outlet: Outlet): Promise<void> {
    while (!outlet.stopped) {
      if (outlet.credit === 0) {
        await outlet.changed();
        continue;
      }
      let step = source.next();
      if (isThenable(step)) {
        outlet.waits();
        step = await step;
      }
      const { done, value } = step as IteratorResult<unknown>;
      if (done === true) return;
      try {
        outlet.add(value);
      } catch (error) {
        await Promise.resolve(source.return?.()).catch(() => {});
        throw error;
      }
    }
    await source.return?.();
  },
};

async function push(source: Pushing, outlet: Outlet): Promise<void> {
  const controller = new AbortController();
  let subscription: { unsubscribe?(): void } | undefined;
  let over = false;
  try {
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        over = true;
        settle();
        controller.abort();
        subscription?.unsubscribe?.();
      };
      const observer = {
        next(value: unknown): void {
          if (over) return;
          if (outlet.stopped) return end(resolve);
          try {
            if (outlet.credit === 0)
              throw new OverflowError(
                'The Observable of a task has more values on their way than buffer allows: it pushes, and cannot be paused',
              );
            outlet.add(value);
            outlet.waits();
          } catch (error) {
            end(() => reject(error));
          }
        },
        error: reject,
        complete: resolve,
      };
      subscription = source.subscribe(observer, { signal: controller.signal });
      if (over) subscription?.unsubscribe?.();
      const look = (): void => {
        if (over) return;
        if (outlet.stopped) end(resolve);
        else void outlet.changed().then(look);
      };
      look();
    });
  } finally {
    over = true;
  }
}
