/**
 * One signal for both reasons to stop, where a library takes a signal and no time. Not `AbortSignal.any` with
 * `AbortSignal.timeout`: such a signal may be collected, and then nothing happens.
 */
export function signalOf({ timeout, signal }) {
  if (timeout === undefined) return signal;
  const both = new AbortController();
  setTimeout(() => both.abort(new DOMException('The task took too long', 'TimeoutError')), timeout).unref();
  signal?.addEventListener('abort', () => both.abort(signal.reason));
  return both.signal;
}
