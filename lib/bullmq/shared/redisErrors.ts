/** Errors of Redis: which pass by themselves, which are final, and their explanation. */
import type { QueueKeys } from './queueKeys.ts';

export interface RedisError extends Error {
  readonly code?: unknown;
  /** Of a discarded transaction: the errors of its commands. */
  readonly previousErrors?: readonly RedisError[] | undefined;
}

/**
 * Refusals that pass: Redis loads its data, is a replica for now (a failover), misses its own replicas, runs a long script, is
 * out of memory, cannot save, or has too many clients. Up to version 6 the code of an error within a script follows a `-` in
 * the middle of the text.
 */
const PASSES =
  /(?:^|-)(?:LOADING|MASTERDOWN|READONLY|NOREPLICAS|NOSCRIPT|TRYAGAIN|BUSY|OOM|MISCONF|CLUSTERDOWN|UNBLOCKED)\b|^ERR max number of clients/;
/** Refusals of a cluster: the key is on another node, or the keys of a command are in several slots. */
const CLUSTER = /(?:^|-)(?:MOVED|ASK|CROSSSLOT)\b/;

/** Whether Redis has answered with an error. Other errors are of the connection. */
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

/** The cause of a discarded transaction; any other error itself. */
export function reasonOf(error: unknown): unknown {
  if (!isRefusal(error) || !isDiscarded(error.message)) return error;
  return error.previousErrors?.[0] ?? error;
}

/** Whether a refusal may pass on a machine that has served before: also one for want of rights, which may be granted again. */
export const mayPass = (refusal: RedisError): boolean =>
  passes(refusal) || /^(?:NOPERM|NOAUTH|WRONGPASS)\b/.test(refusal.message);

/** Whether a retry is pointless: Redis refuses for good, or the command itself was wrong. */
export function isFinal(error: unknown): error is Error {
  return isRefusal(error) ? !passes(error) : error instanceof TypeError || error instanceof RangeError;
}

/** The text of an error of Redis, or of its connection. */
export function errorText(error: unknown): string {
  const { code, message = '' } = reasonOf(error) as Partial<RedisError>;
  // The error of a host with several addresses has a code and no message.
  return message === '' ? String(code) : message;
}

/** The text of an error, and what to do about it. */
export function explain(error: unknown, names: QueueKeys): string {
  const text = errorText(error);
  if (/^NOPERM\b/.test(text))
    return (
      `${text} (the user needs the keys ~${names.keys} and the channels &${names.channels}; ` +
      'the guide "Many machines" of rxjs-parallel lists the commands)'
    );
  if (CLUSTER.test(text)) return `${text} (a Redis Cluster is not supported: give a single Redis, or a Sentinel)`;
  return text;
}
