/** What the pools of the contract suite run, in their workers or wherever it is that they run things. */
import { Transfer, taskContext } from '../../lib/worker/index.ts';

class NoSuchThingError extends RangeError {
  override readonly name = 'NoSuchThingError';
  readonly code = 'ENOTHING';
  readonly details = { tried: [1, 2] };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function contractApi() {
  let aborted = 0;
  const stops: string[] = [];
  let running = 0;
  let mostRunning = 0;
  return {
    /** Not a method: it cannot be called. */
    version: 1,
    echo: (value: any): any => value,
    list: (...values: readonly unknown[]): readonly unknown[] => values,
    index: (): number => taskContext().index,
    async laterIndex(): Promise<number> {
      await sleep(1);
      return taskContext().index;
    },
    isApi(): boolean {
      return typeof this.version === 'number';
    },
    async later(value: any, ms: number): Promise<any> {
      mostRunning = Math.max(mostRunning, ++running);
      await sleep(ms);
      running--;
      return value;
    },
    /** Computes for `ms`, and tells how long that took in the end. */
    spin(ms: number, failing: boolean): number {
      const began = performance.now();
      let took = 0;
      while (took < ms) took = performance.now() - began;
      if (failing) throw Object.assign(new Error('spun'), { took });
      return took;
    },
    /** The most calls of `later` that this worker has had at once. */
    mostRunning: (): number => mostRunning,
    fail(value: unknown): never {
      throw value;
    },
    async failLater(value: unknown): Promise<never> {
      await sleep(1);
      throw value;
    },
    failWithError(): never {
      throw new NoSuchThingError('There is no such thing', { cause: new TypeError('the cause', { cause: 0 }) });
    },
    failIfOdd(n: number): number {
      if (n % 2 === 1) throw new RangeError(`${n} is odd`);
      return n;
    },
    /** Ends only when it is told to. Says on the channel of that name that it has begun. */
    untilAborted(channel?: string): Promise<void> {
      return new Promise((resolve) => {
        const { signal } = taskContext();
        signal.addEventListener('abort', () => {
          aborted++;
          resolve();
        });
        if (channel === undefined) return;
        const said = new BroadcastChannel(channel);
        said.postMessage('begun');
        said.close();
      });
    },
    /** Ends, or fails by the reason, when it is told to; what it was told is what `stops` gives. */
    untilStopped: (fails: boolean): Promise<string> =>
      new Promise((resolve, reject) => {
        const { signal } = taskContext();
        signal.addEventListener('abort', () => {
          stops.push(`${(signal.reason as Error).name} ${String(signal.aborted)}`);
          if (fails) reject(signal.reason);
          else resolve('too late');
        });
      }),
    stops: (): readonly string[] => stops,
    /** Ends when it is told to on the channel of that name, where it says that it has begun. */
    untilTold: (channel: string): Promise<string> =>
      new Promise((resolve) => {
        const heard = new BroadcastChannel(channel);
        heard.onmessage = () => {
          heard.close();
          resolve('told');
        };
        heard.postMessage('begun');
      }),
    /** The same, having asked for its signal, to which it does not listen. */
    lateUntilTold(channel: string): Promise<string> {
      return taskContext().signal.aborted ? Promise.resolve('told') : this.untilTold(channel);
    },
    /** How many of `untilAborted` have been told. */
    aborted: (): number => aborted,
    reversed(bytes: Uint8Array<ArrayBuffer>) {
      bytes.reverse();
      return Transfer(bytes, [bytes.buffer]);
    },
    notCloneable: () => () => 1,
  };
}

export type ContractApi = ReturnType<typeof contractApi>;
