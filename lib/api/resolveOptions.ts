/** The options of the operators, checked, with their defaults. */
import { callable, finite, milliseconds, oneOf, record, show, synchronous, trueOrFalse, whole } from './checks.ts';
import type { RetryOptions, TaskReport } from './types/options.ts';
import type { AbortSignalLike } from './types/signal.ts';

/** The option `retry` with all defaults filled in. */
export interface RetryPolicy extends RetryOptions {
  /** The name of the option in errors. */
  readonly option: string;
  readonly delay: number | ((attempt: number, error: unknown) => number);
}

/** The options with all defaults filled in. */
export interface ResolvedOptions {
  readonly concurrency: number;
  /** Undefined: auto. */
  readonly window: number | undefined;
  /** `Infinity`: auto. */
  readonly batch: number;
  readonly onError: 'throw' | 'settle' | 'skip';
  readonly errorTiming: 'in-order' | 'immediate';
  readonly timeout: number | undefined;
  readonly terminateAfter: number;
  readonly crashRetries: number;
  /** Undefined: none. */
  readonly retry: RetryPolicy | undefined;
  readonly maxFailures: number;
  readonly key: ((value: any, index: number) => unknown) | undefined;
  readonly priority: number;
  readonly sticky: boolean;
  readonly signal: AbortSignalLike | undefined;
  readonly onReport: ((report: TaskReport) => void) | undefined;
  readonly context: unknown;
  readonly setup: ((context: any) => unknown) | undefined;
  readonly transfer: ((value: any, index: number) => readonly object[]) | undefined;
  /** Where tasks give many values: most values of one task that are not emitted yet. Undefined: a task has one result. */
  readonly buffer?: number;
  readonly maxPending: number;
  readonly overflow: 'error' | 'drop-oldest' | 'drop-newest';
}

const NAMES = [
  'concurrency',
  'window',
  'batch',
  'onError',
  'errorTiming',
  'timeout',
  'terminateAfter',
  'crashRetries',
  'retry',
  'maxFailures',
  'key',
  'priority',
  'sticky',
  'signal',
  'onReport',
  'context',
  'setup',
  'transfer',
  'maxPending',
  'overflow',
] as const;

/** The options of inline functions, each with what to use instead with a pool. */
const FOR_INLINE = {
  context: 'a worker module imports what it needs',
  setup: 'a worker module gives it to expose(api, { setup })',
  transfer: 'in a call, write worker.method(Transfer(value))',
};

/** Checks options and fills in the defaults. `inline`: whether the function itself runs in the workers. */
export function resolveOptions(
  caller: string,
  options: unknown,
  inline: boolean,
  own: readonly string[] = [],
): ResolvedOptions {
  const given = record(`${caller}: options`, options, [...NAMES, ...own]);
  const of = (name: string): string => `${caller}: ${name}`;
  /** The option `name`, checked by `check`, whose further arguments are `rest`. */
  const option = <T, Rest extends unknown[]>(
    name: (typeof NAMES)[number],
    check: (what: string, value: unknown, ...rest: Rest) => T,
    ...rest: Rest
  ): T => check(of(name), given[name], ...rest);
  for (const [name, instead] of Object.entries(FOR_INLINE))
    if (!inline && given[name] !== undefined)
      throw new TypeError(`${of(name)} is for inline functions, whose workers is a number; ${instead}`);
  if (inline && given['priority'] !== undefined)
    throw new TypeError(
      `${of('priority')} is for streams that share a pool; the workers of an inline function serve it alone`,
    );
  const { terminateAfter = 1000 } = given;
  const crashRetries = option('crashRetries', whole, 0, 0);
  const transfer = option('transfer', synchronous) as ResolvedOptions['transfer'];
  const retry = option('retry', retryOf);
  if (transfer !== undefined && (crashRetries > 0 || retry !== undefined))
    throw new TypeError(
      `${of(retry === undefined ? 'crashRetries' : 'retry')} cannot be combined with transfer: an input that was moved is gone with its worker`,
    );
  const onError = option('onError', oneOf<ResolvedOptions['onError']>, ['throw', 'settle', 'skip']);
  const maxFailures = option('maxFailures', whole, 0, Infinity, true);
  if (given['maxFailures'] !== undefined && onError === 'throw')
    throw new TypeError(
      `${of('maxFailures')} is for onError: 'skip' and 'settle'; with 'throw' the first failure errors the stream`,
    );
  const key = option('key', synchronous);
  const sticky = option('sticky', trueOrFalse, false);
  if (sticky && key === undefined)
    throw new TypeError(`${of('sticky')} needs key, which says which tasks are for one worker`);
  const signal = given['signal'] as AbortSignalLike | undefined;
  if (signal !== undefined && typeof signal?.addEventListener !== 'function')
    throw new TypeError(`${of('signal')} must be an AbortSignal, got ${show(signal)}`);
  return {
    concurrency: option('concurrency', whole, 1, Infinity),
    window: given['window'] === undefined ? undefined : option('window', whole, 1, Infinity, true),
    batch: given['batch'] === 'auto' ? Infinity : option('batch', whole, 1, Infinity, false, " or 'auto'"),
    onError,
    errorTiming: option('errorTiming', oneOf<ResolvedOptions['errorTiming']>, ['in-order', 'immediate']),
    timeout: given['timeout'] === undefined ? undefined : option('timeout', milliseconds, 1),
    terminateAfter:
      terminateAfter === Infinity ? Infinity : milliseconds(of('terminateAfter'), terminateAfter, 0, ' or Infinity'),
    crashRetries,
    retry,
    maxFailures,
    key,
    sticky,
    priority: option('priority', finite, 0),
    signal,
    onReport: option('onReport', callable),
    context: given['context'],
    setup: option('setup', callable) as ResolvedOptions['setup'],
    transfer,
    maxPending: option('maxPending', whole, 1, Infinity, true),
    overflow: option('overflow', oneOf<ResolvedOptions['overflow']>, ['error', 'drop-oldest', 'drop-newest']),
  };
}

/** The option `retry`, checked; undefined where no task is run again. */
function retryOf(option: string, value: unknown): RetryPolicy | undefined {
  const short = typeof value !== 'object';
  const given = short ? { times: value } : record(option, value, ['times', 'delay', 'when']);
  const { delay = 0, times, when }: Readonly<Record<string, unknown>> = given;
  const policy = {
    option,
    times: whole(short ? option : `${option}.times`, times, 0, short ? 0 : undefined, true),
    delay: typeof delay === 'function' ? delay : milliseconds(`${option}.delay`, delay, 0, ', or a function'),
    when: synchronous(`${option}.when`, when),
  } as RetryPolicy;
  return policy.times === 0 ? undefined : policy;
}
