/** What the pools of the contract suite run, in their workers or wherever it is that they run things. */
import { Transfer, taskContext } from '../../lib/worker/index.ts';

class NoSuchThingError extends RangeError {
  override readonly name = 'NoSuchThingError';
  readonly code = 'ENOTHING';
  readonly details = { tried: [1, 2] };
}

/** What a worker may return time and again. */
export type Again = 'buffer' | 'bytes' | 'object' | 'nested' | 'array' | 'Map' | 'view' | 'heap';

/** How to read the number in it. */
export const read: Record<Again, (result: any) => unknown> = {
  buffer: (buffer: ArrayBuffer) => new Float64Array(buffer)[0],
  bytes: (view: Float64Array) => view[0],
  object: (object: { n: number }) => object.n,
  nested: (object: { deep: { list: { n: number }[] } }) => object.deep.list[0]!.n,
  array: (list: number[]) => (list.length === 2 ? list[0] : list),
  Map: (map: Map<string, number>) => (map.size === 1 ? map.get('n') : map),
  view: (view: DataView) => view.getFloat64(0),
  heap: (view: Float64Array) => (view.buffer.byteLength === view.byteLength ? view[0] : view.buffer.byteLength),
};

const floats = new Float64Array(2);
const object = { n: -1, name: 'x' };
const item = { n: -1 };
const nested = { deep: { list: [item] } };
const list = [-1, -2];
const map = new Map<string, number>();
const view = new DataView(new ArrayBuffer(64), 8, 8);
const memory = new WebAssembly.Memory({ initial: 1 });

const reused: Record<Again, (n: number) => unknown> = {
  buffer: (n) => reused.bytes(n) && floats.buffer,
  bytes(n) {
    floats[0] = n;
    return floats;
  },
  object: (n) => Object.assign(object, { n }),
  nested(n) {
    item.n = n;
    return nested;
  },
  array(n) {
    list[0] = n;
    return list;
  },
  Map: (n) => map.set('n', n),
  view(n) {
    view.setFloat64(0, n);
    return view;
  },
  heap(n) {
    // What grows leaves the views that there were with nothing.
    if (n % 200 === 199) memory.grow(1);
    const seen = new Float64Array(memory.buffer, 64, 2);
    seen[0] = n;
    return seen;
  },
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function contractApi() {
  const held = new ArrayBuffer(8);
  let aborted = 0;
  const stops: string[] = [];
  const tries = new Map<string, number>();
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
    carried: (): unknown => taskContext().carried,
    /** Computes for `ms`, and returns how long that took in the end. */
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
    /** Fails `times` times for each `name`, having changed `given`; then returns the length of `given` with its own change. */
    flaky(name: string, times: number, given: number[]): number {
      const count = (tries.get(name) ?? 0) + 1;
      tries.set(name, count);
      given.push(count);
      if (count <= times) throw new RangeError(`${name} ${count}`);
      return given.length;
    },
    failIfOdd(n: number): number {
      if (n % 2 === 1) throw new RangeError(`${n} is odd`);
      return n;
    },
    /** Ends only when its signal aborts. Posts on the channel of that name that it has begun. */
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
    /** Ends, or fails with the reason, when its signal aborts; `stops` returns the reasons. */
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
    /** Posts on the channel of that name that it has begun, and ends with the next message there. */
    untilReleased: (channel: string): Promise<string> =>
      new Promise((resolve) => {
        const heard = new BroadcastChannel(channel);
        heard.onmessage = () => {
          heard.close();
          resolve('released');
        };
        heard.postMessage('begun');
      }),
    /** The same, having asked for its signal, to which it does not listen. */
    lateUntilReleased(channel: string): Promise<string> {
      return taskContext().signal.aborted ? Promise.resolve('released') : this.untilReleased(channel);
    },
    /** Listens to its signal, posts on the channel of that name that it is late, and ends when `end` is posted there. */
    endsLate(channel: string): Promise<void> {
      const said = new BroadcastChannel(channel);
      taskContext().signal.addEventListener('abort', () => said.postMessage('late'));
      return new Promise((resolve) => {
        said.onmessage = ({ data }) => {
          if (data !== 'end') return;
          said.postMessage('ended');
          said.close();
          resolve();
        };
      });
    },
    says(channel: string, what: string): void {
      const said = new BroadcastChannel(channel);
      said.postMessage(what);
      said.close();
    },
    /** Reports these one after another, and returns how many they were. */
    reporting(values: readonly unknown[]): number {
      const { report } = taskContext();
      for (const value of values) report(value);
      return values.length;
    },
    /** The same, waiting `ms` after each; goes on reporting once it has ended. */
    async reportingLater(values: readonly unknown[], ms: number): Promise<number> {
      const { report } = taskContext();
      for (const value of values) {
        report(value);
        await sleep(ms);
      }
      void sleep(5).then(() => report('too late'));
      return values.length;
    },
    /** Reports one object, changes it, and reports it again. */
    async reportingOne(): Promise<void> {
      const { report } = taskContext();
      const state = { done: 0, list: [0] };
      report(state);
      state.done = 1;
      state.list.push(1);
      await sleep(20);
      report(state);
      state.done = 2;
    },
    /** Reports bytes that it marks to be moved; returns how many it has afterwards. */
    reportingMoved(): number {
      const bytes = Uint8Array.of(1, 2);
      taskContext().report(Transfer(bytes, [bytes.buffer]));
      return bytes.length;
    },
    reportingFunction(): string {
      try {
        taskContext().report(() => 1);
        return 'no error';
      } catch (error) {
        return (error as Error).name;
      }
    },
    /** Computes for `ms`, reporting how far it is all the time. */
    reportingSpin(ms: number): number {
      const { report } = taskContext();
      const began = performance.now();
      let times = 0;
      for (let took = 0; took < ms; took = performance.now() - began) report({ times: ++times });
      return times;
    },
    /** How many calls of `untilAborted` were aborted. */
    aborted: (): number => aborted,
    reversed(bytes: Uint8Array<ArrayBuffer>) {
      bytes.reverse();
      return Transfer(bytes, [bytes.buffer]);
    },
    /** What it returned before, changed to contain `n`. */
    again(what: Again, n: number): any {
      return reused[what](n);
    },
    async againLater(what: Again, n: number): Promise<any> {
      await Promise.resolve();
      return reused[what](n);
    },
    /** Changes what it is given, and returns how often that has been done. */
    tagged: ({ options }: { options: { tags: number[] } }): number => options.tags.push(1),
    turned(bytes: Uint8Array): number {
      bytes.reverse();
      return bytes[0]!;
    },
    moveHeld: () => Transfer(held, [held]),
    /** Gives many values; the next of a negative `n` without end. */
    *counting(n: number): Generator<number> {
      const end = n < 0 ? Infinity : n;
      for (let each = 0; each < end; each++) yield each;
    },
    *countingTo(n: number): Generator<number> {
      for (let each = 0; each < n; each++) yield each;
      throw new RangeError(`${n} is too many`);
    },
    notCloneable: () => () => 1,
  };
}

export type ContractApi = ReturnType<typeof contractApi>;
