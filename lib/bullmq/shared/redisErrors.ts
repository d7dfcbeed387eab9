/** What Redis refuses: what passes by itself, what does not, and what to do about that. */
import type { QueueKeys } from './message.ts';

export interface RedisError extends Error {
  readonly code?: unknown;
  /** Why a transaction was discarded: what Redis has said to its commands. */
  readonly previousErrors?: readonly RedisError[] | undefined;
}

/**
 * Passes: Redis loads its data, is a replica for now (a failover), misses its own replicas, runs a long script, is out
 * of memory, cannot save, or has too many clients. Redis up to 6 puts in the middle what a script came by.
 */
const PASSES =
  /(?:^|-)(?:LOADING|MASTERDOWN|READONLY|NOREPLICAS|NOSCRIPT|TRYAGAIN|BUSY|OOM|MISCONF|CLUSTERDOWN|UNBLOCKED)\b|^ERR max number of clients/;
/** A cluster sends elsewhere, or does not run commands on keys in several slots. */
const CLUSTER = /(?:^|-)(?:MOVED|ASK|CROSSSLOT)\b/;

/** Whether Redis has answered, and said no; else it was gone, or not ready. */
export function isRefusal(error: unknown): error is RedisError {
  return (error as Partial<Error> | null)?.name === 'ReplyError';
}

/** Whether a refusal is of a kind that passes. */
export const passes = (refusal: RedisError): boolean => reasonsOf(refusal).every((reason) => PASSES.test(reason));

function reasonsOf({ message, previousErrors = [] }: RedisError): readonly string[] {
  if (!isDiscarded(message) || previousErrors.length === 0) return [message];
  return previousErrors.map((each) => each.message);
}

const isDiscarded = (message: string): boolean => message.startsWith('EXECABORT');

/** Of a transaction that was discarded, why. */
export function reasonOf(error: unknown): unknown {
  if (!isRefusal(error) || !isDiscarded(error.message)) return error;
  return error.previousErrors?.[0] ?? error;
}

/** The same, and rights that were taken away: whoever has taken them may give them back. */
export const mayPass = (refusal: RedisError): boolean =>
  passes(refusal) || /^(?:NOPERM|NOAUTH|WRONGPASS)\b/.test(refusal.message);

/** Whether to ask again leads nowhere: Redis says no for good, or it was asked something wrong. */
export function isFinal(error: unknown): error is Error {
  return isRefusal(error) ? !passes(error) : error instanceof TypeError || error instanceof RangeError;
}

/** What Redis has said, or why it was not there. */
export function said(error: unknown): string {
  const { code, message = '' } = reasonOf(error) as Partial<RedisError>;
  // An error of several addresses has only a code.
  return message === '' ? String(code) : message;
}

/** What Redis has said, and what to do about it. */
export function explain(error: unknown, names: QueueKeys): string {
  const text = said(error);
  if (/^NOPERM\b/.test(text))
    return (
      `${text} (the user needs the keys ~${names.keys} and the channels &${names.channels}; ` +
      'the guide "Many machines" of rxjs-parallel lists the commands)'
    );
  if (CLUSTER.test(text)) return `${text} (a Redis Cluster is not supported: give a single Redis, or a Sentinel)`;
  return text;
}
