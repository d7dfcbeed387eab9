/** A worker that ends without a word; silentStart.worker.ts does so as it comes up. */
import { expose } from 'rxjs-parallel/worker';

/** A page hears nothing of it; in Node it is an exit like any other. */
export function close(): void {
  if (typeof process === 'object') process.exit(4);
  (globalThis as unknown as { close(): void }).close();
}

const api = {
  echo: (value: unknown): unknown => value,
  async close(): Promise<never> {
    close();
    return new Promise(() => {});
  },
  closeAfter(value: unknown): unknown {
    setTimeout(close);
    return value;
  },
  wait: (): Promise<never> => new Promise(() => {}),
};
expose(api);
export type SilentApi = typeof api;
