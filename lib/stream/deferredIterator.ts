/**
 * An iterator whose code a page fetches when it is first read: every pool has the method that makes one, and few pages call it.
 * `#iterate` in package.json selects this file for browsers; in Node the code is loaded with the rest.
 */
import { WorkerInitError } from '../api/errors.ts';
import type { iterate as iterateNow } from './iterate.ts';

type Results = ReturnType<typeof iterateNow>;

export const iterate: typeof iterateNow = (source, ...rest) => {
  const asked = askedNow(source);
  let made: Promise<Results> | undefined;
  const fetched = (): Promise<Results> =>
    (made ??= import('./iterate.ts').then(
      (parts) => parts.iterate(asked, ...rest),
      (cause: unknown) => {
        throw new WorkerInitError(`What reads the source could not be fetched: ${String(cause)}`, { cause });
      },
    ));
  const results: Results & AsyncDisposable = {
    next: () => fetched().then((iterator) => iterator.next()),
    return: () => fetched().then((iterator) => iterator.return!()),
    throw: (reason) => fetched().then((iterator) => iterator.throw!(reason)),
    [Symbol.asyncIterator]: () => results,
    [Symbol.asyncDispose]: async () => void (await results.return!()),
  };
  return results;
};

/** The source with its iterator opened now, where it must be: lines come as events, and are missed while nobody listens. */
function askedNow(source: any): unknown {
  // A web stream or Node stream buffers; it is opened when it is read.
  if (!(Symbol.asyncIterator in Object(source)) || source.getReader !== undefined || source.pipe !== undefined)
    return source;
  let begun: () => unknown;
  try {
    const iterator: unknown = source[Symbol.asyncIterator]();
    begun = () => iterator;
  } catch (error) {
    begun = () => {
      throw error;
    };
  }
  return { [Symbol.asyncIterator]: begun };
}
