/** A file of orders that nobody placed: always the same for the same number of rows. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';

const BATCH = 1000;
const PRODUCTS = ['Lamp, brass', 'Chair', 'Desk, "large"', 'Shelf', 'Rug', 'Clock, wall', 'Vase', 'Mirror'];

function* csvOf(rows: number): Generator<string> {
  yield 'order,product,quantity,price\n';
  for (let first = 1; first <= rows; first += BATCH) {
    const count = Math.min(BATCH, rows - first + 1);
    yield stringify(
      Array.from({ length: count }, (_, at) => {
        const order = first + at;
        const random = (order * 7919) % 10_007;
        return [order, PRODUCTS[random % PRODUCTS.length], 1 + (random % 5), (random / 100).toFixed(2)];
      }),
    );
  }
}

export const generate = (file: string, rows: number): Promise<void> => pipeline(csvOf(rows), createWriteStream(file));
