/** The recorder of calls: `fn` describes a call on a stand-in for the worker, and the pool makes that call later. */
import { isTransfer, type TransferDescriptor } from '../protocol/transferable.ts';
import type { Description } from './contract.ts';
import { programError } from '../api/errors.ts';
import { show } from '../api/checks.ts';

/** A call as `fn` described it. */
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

/** The calls that a function has described; only one is right. An array for each value would allocate room for 17. */
interface Described {
  first: RecordedCall | undefined;
  others: RecordedCall[] | undefined;
}

/** Asks `fn` which call to make for `value`. */
export type Describe = (fn: (worker: never, ...rest: any[]) => unknown, ...rest: any[]) => Description;

/**
 * Asks functions which call to make in a worker: they are given a stand-in for it, whose every method describes a call.
 *
 * The proxy's trap runs once for each name: it defines the method on the object in front of the proxy, where later reads cost
 * nothing. A trap for every value cost 60 ns a value.
 */
export function recorder(): Describe {
  /** The calls that the running function has described. Functions nest: one may subscribe another stream. */
  let described: Described = { first: undefined, others: undefined };
  const proxy = new Proxy(Object.create(null) as object, {
    get(_target, name, receiver: object) {
      // With a `then` the stand-in would count as a promise.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      const method = (...args: unknown[]): RecordedCall => {
        const call = new RecordedCall(name, args);
        if (described.first === undefined) described.first = call;
        else (described.others ??= []).push(call);
        return call;
      };
      Object.defineProperty(receiver, name, { value: method });
      return method;
    },
  });
  const worker = Object.create(proxy) as never;
  return (fn, ...rest) => {
    const outer = described;
    const own: Described = { first: undefined, others: undefined };
    described = own;
    try {
      const returned = fn(worker, ...rest);
      const { first, others } = own;
      if (first !== undefined && first === returned && others === undefined) return first;
      return wrong(returned, first === undefined ? [] : [first, ...(others ?? [])]);
    } catch (error) {
      // All JavaScript engines use these words in the message.
      const chained = error instanceof TypeError && /\.(then|catch|finally) is not a function/.test(error.message);
      if (!chained || own.first === undefined) throw error;
      throw programError(`fn must return the call as it is, which is no promise: ${error.message}`);
    } finally {
      described = outer;
    }
  };
}

/** @throws TypeError: `fn` did not return the one call that it described. */
function wrong(returned: unknown, calls: readonly RecordedCall[]): never {
  if (!(returned instanceof RecordedCall)) {
    const got = returned instanceof Promise ? 'a promise (fn must not be async)' : show(returned);
    throw programError(
      `fn must return a call of the worker, as in (worker, value) => worker.method(value); it returned ${got}`,
    );
  }
  const what = `${returned.method}()`;
  if (!calls.includes(returned))
    throw programError(`fn must describe a call anew for each value; it returned one of ${what} that it had before`);
  const others = calls.filter((call) => call !== returned).map(({ method }) => `${method}()`);
  throw programError(
    `fn must return the one call that it describes; it described ${others.join(', ')} as well, and returned ${what}. ` +
      'A call is no value: it is neither made where it is described, nor can it be an argument of another. Make one method of them, or map twice',
  );
}
