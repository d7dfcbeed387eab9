import { isTransfer, type TransferDescriptor } from '../worker/transfer.ts';
import type { Description } from '../pool.ts';
import { show } from '../options.ts';

/** A call to make in a worker, as `fn` described it. */
class RecordedCall implements Description {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly transfer: readonly unknown[] | undefined;

  constructor(method: string, args: unknown[]) {
    this.method = method;
    this.args = args;
    let transfer: unknown[] | undefined;
    for (let at = 0; at < args.length; at++) {
      const arg = args[at];
      if (typeof arg !== 'object' || !isTransfer(arg)) continue;
      (transfer ??= []).push(...arg.transferables);
      args[at] = (arg satisfies TransferDescriptor).send;
    }
    this.transfer = transfer === undefined ? undefined : [...new Set(transfer)];
  }
}

/**
 * A stand-in for a worker, whose every method describes a call to it.
 *
 * The proxy is asked once a name: it leaves the method on the object before it, where later reads cost nothing (a trap
 * for every value took 60 ns of it).
 */
export function recorder<R extends object>(): R {
  const proxy = new Proxy(Object.create(null) as object, {
    get(_target, name, receiver: object) {
      // An object with a `then` would be taken for a promise.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      const method = (...args: unknown[]): RecordedCall => new RecordedCall(name, args);
      Object.defineProperty(receiver, name, { value: method });
      return method;
    },
  });
  return Object.create(proxy) as R;
}

/** What `fn` returned, if it is a call; else an error that says how to return one. */
export function callOf(returned: unknown): Description {
  if (returned instanceof RecordedCall) return returned;
  const got = returned instanceof Promise ? 'a promise (fn must not be async)' : show(returned);
  throw new TypeError(
    `fn must return a call of the worker, as in (worker, value) => worker.method(value); it returned ${got}`,
  );
}
