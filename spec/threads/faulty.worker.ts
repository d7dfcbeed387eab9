/** A worker that does whatever may go wrong. `tally` counts how often each task was begun: Int32Array cells by index. */
import { expose, taskContext } from '../../lib/worker/index.ts';
import { post } from '#port';
import { say, waitAsync } from './cells.ts';

const never = new Promise<never>(() => {});
const later = (act: () => void): void => void setTimeout(act);

const reasons = {
  error: () => Object.assign(new RangeError('floating'), { code: 'E_FLOAT' }),
  undefined: () => undefined,
  text: () => 'just text',
  hostile: () => ({ toString: 0, valueOf: 0 }),
  function: () => reasons,
  symbol: () => Symbol('floating'),
};
export type Reason = keyof typeof reasons;

function compute(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** A result of that name; to send it does something. Nothing in a result can: it is a copy by then. */
function whenSent(name: string, act: () => void): string {
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (message: { readonly values?: ArrayLike<unknown> }, transfer: never) {
    if (Array.from(message.values ?? []).includes(name)) act();
    postMessage.call(this, message, transfer);
  };
  return name;
}

function begin(tally: Int32Array | undefined): number {
  const { index } = taskContext();
  if (tally !== undefined) {
    Atomics.add(tally, index, 1);
    Atomics.notify(tally, index);
  }
  return index;
}

const api = {
  echo: (value: unknown): unknown => value,
  /** Its index, having been counted. */
  count: (tally?: Int32Array): number => begin(tally),
  exit(code: number, tally?: Int32Array, _moved?: ArrayBuffer): never {
    begin(tally);
    return process.exit(code);
  },
  /** The first time, it takes its worker with it. */
  exitOnce(tally: Int32Array): number {
    const index = begin(tally);
    if (Atomics.load(tally, index) === 1) process.exit(9);
    return index;
  },
  read: (cells: Int32Array, at: number): number => Atomics.load(cells, at),
  sizeOf: (buffer: ArrayBuffer): number => buffer.byteLength,
  async exitAsync(code: number): Promise<never> {
    await new Promise((resolve) => setTimeout(resolve));
    return process.exit(code);
  },
  /** Ends well; its worker does not. */
  exitAfter(value: unknown, code: number): unknown {
    later(() => process.exit(code));
    return value;
  },
  outOfMemory(tally?: Int32Array): never {
    begin(tally);
    const kept: unknown[] = [];
    for (;;) kept.push(Array.from({ length: 10_000 }, (_, at) => ({ at })));
  },
  /** Nobody catches it; the task waits for ever. */
  throwLater(reason: Reason, tally?: Int32Array): Promise<never> {
    begin(tally);
    later(() => {
      throw reasons[reason]();
    });
    return never;
  },
  rejectLater(reason: Reason): Promise<never> {
    void Promise.reject(reasons[reason]());
    return never;
  },
  /** Nobody catches it, and the task ends in the same turn of the event loop. */
  async rejectAndReturn(value: unknown): Promise<unknown> {
    void Promise.reject(new Error('floating'));
    await new Promise((resolve) => setTimeout(resolve));
    return value;
  },
  throwAfter(value: unknown, reason: Reason): unknown {
    later(() => {
      throw reasons[reason]();
    });
    return value;
  },
  loop(): never {
    for (;;);
  },
  /** Ends its worker as only one in a page can. */
  async close(): Promise<never> {
    close();
    return never;
  },
  /** Ends well; its worker does not. */
  closeAfter(value: unknown): unknown {
    later(() => close());
    return value;
  },
  /** Takes the lock of that name, and computes for ever: the lock is free when the worker has gone. */
  async lockAndLoop(name: string): Promise<never> {
    await new Promise((resolve) => void navigator.locks.request(name, () => new Promise(resolve as never)));
    return api.loop();
  },
  never: (): Promise<never> => never,
  throwValue(reason: Reason): never {
    throw reasons[reason]();
  },
  returnFunction: (): unknown => api.echo,
  /** Ends well; to send its result takes the worker with it, or for ever. */
  exitWhenSent(tally: Int32Array): unknown {
    begin(tally);
    return whenSent('exit', () => process.exit(7));
  },
  loopWhenSent: (): unknown =>
    whenSent('loop', () => {
      for (;;);
    }),
  /** What threads.js would not know, and what is no message of ours. */
  noise(value: unknown): unknown {
    post(value);
    post({ type: 'rxjs-parallel:reply', id: -1, from: 0, values: [1], ms: 0, last: true });
    return value;
  },
  /** Computes for so long, then gives its index. */
  busy(ms: number, tally?: Int32Array): number {
    const index = begin(tally);
    compute(ms);
    return index;
  },
  /** Ends well, and then keeps its thread from reading messages. */
  busyAfter(value: unknown, ms: number): unknown {
    later(() => compute(ms));
    return value;
  },
  /** Ends well, and then blocks the thread until the gate opens. */
  blockAfter(value: unknown, cells: Int32Array): unknown {
    later(() => Atomics.wait(cells, 1, 0));
    return value;
  },
  /** Waits for the signal; says so in a cell. */
  async untilAborted(cells: Int32Array): Promise<void> {
    const { signal } = taskContext();
    say(cells, 0);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    say(cells, 1);
  },
  /** Computes, and looks at the signal in between. */
  pollAborted(cells: Int32Array): void {
    const { signal } = taskContext();
    say(cells, 0);
    while (!signal.aborted);
    say(cells, 1);
  },
  /** Waits without blocking its thread. */
  async wait(cells: Int32Array): Promise<number> {
    const { index } = taskContext();
    say(cells, 0);
    await waitAsync(cells, 1);
    return index;
  },
  blockAndExit(cells: Int32Array): never {
    api.block(cells);
    return process.exit(9);
  },
  /** Whether it was told that it is cancelled, until the gate opens. */
  aborted(cells: Int32Array): boolean {
    const { signal } = taskContext();
    while (Atomics.load(cells, 1) === 0) if (signal.aborted) return true;
    return false;
  },
  /** Says that it has begun, and blocks the thread until `gate` opens: both are cells of `cells`. */
  block(cells: Int32Array): number {
    say(cells, 0);
    Atomics.wait(cells, 1, 0);
    return taskContext().index;
  },
};
expose(api);
export type FaultyApi = typeof api;
