/** The options that `bullmqPool` and `serve` have in common, and their checks. */
import { show, whole } from '../../api/checks.ts';
import { type Connection, checkConnection } from './connection.ts';
import { type OnError, ignore } from './notices.ts';

/** The checked options. @throws TypeError, RangeError: one is not what it must be */
export function commonOptions(
  caller: string,
  queue: unknown,
  given: Readonly<Record<string, unknown>>,
): { queue: string; prefix: string; connection: Connection; maxPayload: number; onError: OnError } {
  const of = (name: string): string => `${caller}: ${name}`;
  const { connection, maxPayload, onError = ignore, prefix = 'bull' } = given;
  if (typeof queue !== 'string') throw new TypeError(`${of('queue')} must be a string, got ${show(queue)}`);
  if (queue === '' || queue.includes(':'))
    throw new RangeError(`${of('queue')} must not be empty nor contain a colon, got ${show(queue)}`);
  if (typeof prefix !== 'string') throw new TypeError(`${of('prefix')} must be a string, got ${show(prefix)}`);
  if (typeof onError !== 'function') throw new TypeError(`${of('onError')} must be a function, got ${show(onError)}`);
  return {
    queue,
    prefix,
    connection: checkConnection(of('connection'), connection),
    maxPayload: whole(of('maxPayload'), maxPayload, 1, 8 * 1024 * 1024),
    onError: onError as OnError,
  };
}
