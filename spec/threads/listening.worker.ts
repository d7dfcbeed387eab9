/** A worker whose tasks listen to their signals, or have asked for them and do not. */
import { expose, taskContext } from '../../lib/worker/index.ts';

const stops: string[] = [];
const never = new Promise<never>(() => {});

const nameOf = (reason: unknown): string =>
  `${reason instanceof DOMException ? 'DOMException' : 'other'} ${(reason as Error).name}`;

const api = {
  echo: (value: unknown): unknown => value,
  /** Computes until it is told to stop, and then fails by the reason. */
  render(): never {
    const { signal } = taskContext();
    for (;;)
      if (signal.aborted) {
        stops.push(nameOf(signal.reason));
        signal.throwIfAborted();
      }
  },
  /** The same, waiting. */
  download: (): Promise<never> =>
    new Promise((_resolve, reject) => {
      const { signal } = taskContext();
      signal.addEventListener('abort', () => {
        stops.push(nameOf(signal.reason));
        reject(signal.reason as Error);
      });
    }),
  /** Has asked for its signal, and computes for ever. */
  deafLoop(): never {
    void taskContext().signal;
    for (;;);
  },
  deaf(): Promise<never> {
    void taskContext().signal;
    return never;
  },
  /** What the tasks before were told. */
  stops: (): readonly string[] => stops.splice(0),
};
expose(api);
export type ListeningApi = typeof api;
