/** A library whose calls give promises, as an RxJS user drives it. */
import { Observable, catchError, map, mergeMap, of, retry } from 'rxjs';
import { SIZE } from './sizes.js';

/** `call(method, value, { timeout, signal })`; unsubscribing aborts the signal of what runs. */
export function mergeMapped(call) {
  const promised = async ({ method, value }, options) => call(method, value, options);
  const once = (task, { timeout }) =>
    new Observable((subscriber) => {
      const controller = new AbortController();
      let over = false;
      promised(task, { timeout, signal: controller.signal }).then(
        (value) => {
          over = true;
          subscriber.next(value);
          subscriber.complete();
        },
        (error) => {
          over = true;
          subscriber.error(error);
        },
      );
      return () => over || controller.abort();
    });
  return {
    /** @type {(source: any, taskOf: any, options?: any) => any} */
    settled: (source, taskOf, options = {}) =>
      source.pipe(
        mergeMap(
          (n) =>
            once(taskOf(n), options).pipe(
              retry(options.retries ?? 0),
              map((value) => ({ index: n, ok: true, value })),
              catchError((reason) => of({ index: n, ok: false, reason })),
            ),
          // As many as keep each worker in work while an answer is on its way.
          2 * SIZE,
        ),
      ),
    run: (task, options = {}) => promised(task, options),
  };
}

/** A stream that has a pool of its own. */
export function owning(open, script) {
  return (source, size) =>
    new Observable((subscriber) => {
      const pool = open({ size, script });
      subscriber.add(pool.settled(source, (value) => ({ method: 'loop', value })).subscribe(subscriber));
      subscriber.add(() => void pool.close({ drain: false }));
    });
}
