import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

/** Where a part of a file begins, and where the next one does, in bytes. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Order {
  readonly number: number;
  readonly product: string;
  readonly total: number;
}

/** Longer than any line. */
const LINE = 1024;

/** Cuts a file into ranges of whole lines, of about so many bytes each; the first line, the header, is in none. */
export function* rangesOf(file: string, bytes: number): Generator<Range> {
  const open = openSync(file, 'r');
  const { size } = fstatSync(open);
  const endOfLine = (from: number): number => {
    const after = read(open, { start: from, end: Math.min(from + LINE, size) });
    return from + after.indexOf('\n') + 1;
  };
  try {
    for (let start = endOfLine(0); start < size;) {
      const end = start + bytes < size ? endOfLine(start + bytes) : size;
      yield { start, end };
      start = end;
    }
  } finally {
    closeSync(open);
  }
}

// #region rows
/** Parses the rows of a range; gives the orders of at least `least`. */
export function* largeOrders(file: string, range: Range, least: number): Generator<Order> {
  const open = openSync(file, 'r');
  try {
    for (const [number, product, quantity, price] of parse(read(open, range))) {
      const total = Number(quantity) * Number(price);
      if (total >= least) yield { number: Number(number), product: product!, total };
    }
  } finally {
    closeSync(open);
  }
}
// #endregion

function read(open: number, { end, start }: Range): Buffer {
  const bytes = Buffer.alloc(end - start);
  readSync(open, bytes, 0, bytes.length, start);
  return bytes;
}
