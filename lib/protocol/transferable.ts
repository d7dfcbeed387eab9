/** `Transfer` of threads.js, which marks its descriptors with a symbol that it does not export. */

export interface TransferDescriptor {
  readonly send: unknown;
  readonly transferables: readonly unknown[];
}

const DESCRIPTION = 'thread.transferable';
let mark: symbol | undefined;

/** Whether `value` was made by `Transfer`, of any copy of threads.js or ours; the mark of the first one seen is cached. */
export function isTransfer(value: object | null): value is TransferDescriptor {
  if (value === null) return false;
  if (mark !== undefined && mark in value) return true;
  if (!('send' in value && 'transferables' in value)) return false;
  const found = Object.getOwnPropertySymbols(value).find((each) => each.description === DESCRIPTION);
  mark ??= found;
  return found !== undefined;
}
