/** Memory that a spec and its workers share, to wait for events instead of times. */

/** Always in Node; of pages, in those that are cross-origin isolated. */
export const shares = typeof SharedArrayBuffer === 'function';

export const cellsOf = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));

/** Resolves when the cell is no longer 0. */
export async function waitAsync(cells: Int32Array, at: number): Promise<void> {
  const atomics = Atomics as never as { waitAsync(...args: unknown[]): { value: unknown } };
  while (Atomics.load(cells, at) === 0) await atomics.waitAsync(cells, at, 0).value;
}

export function say(cells: Int32Array, at: number): void {
  Atomics.store(cells, at, 1);
  Atomics.notify(cells, at);
}
