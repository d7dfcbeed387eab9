/** Any worker: the browser's, `node:worker_threads`', threads.js's, or this library's. */
export interface AnyWorker {
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  terminate(): unknown;
  ref?(): void;
  unref?(): void;
  on?(event: string, listener: (value: never) => void): unknown;
  off?(event: string, listener: (value: never) => void): unknown;
  addEventListener?(event: string, listener: (event: never) => void): void;
  removeEventListener?(event: string, listener: (event: never) => void): void;
}

export function isWorker(value: unknown): value is AnyWorker {
  const worker = value as Partial<AnyWorker> | null | undefined;
  return (
    typeof worker === 'object' &&
    worker !== null &&
    typeof worker.postMessage === 'function' &&
    typeof worker.terminate === 'function' &&
    (typeof worker.on === 'function' || typeof worker.addEventListener === 'function')
  );
}
