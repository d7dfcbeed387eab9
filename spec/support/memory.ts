/** The memory of a thread of Node. */

interface Host {
  gc?(): void;
  process?: { memoryUsage(): { arrayBuffers: number; heapUsed: number } };
}

/** Bytes that are in use in this thread, once what is not has been collected; 0 in a page. */
export function inUse(): number {
  const { gc, process } = globalThis as Host;
  gc?.();
  if (process === undefined) return 0;
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
