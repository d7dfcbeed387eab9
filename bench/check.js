/** A checksum of results: `sum` whatever their order, `chain` in it. A figure counts only if it is the sequential loop's. */
export class Check {
  count = 0;
  sum = 0;
  chain = 0;

  add(number) {
    this.count++;
    this.sum = (this.sum + Math.imul(number ^ (number >>> 15), 0x2c1b3c6d)) | 0;
    this.chain = Math.imul(this.chain ^ number, 16777619);
  }
}

/** What is wrong with `check`, if anything. */
export function difference(check, expected, ordered) {
  if (check.count !== expected.count) return `${check.count} results instead of ${expected.count}`;
  if (check.sum !== expected.sum) return 'wrong results';
  if (ordered && check.chain !== expected.chain) return 'results out of order';
  return undefined;
}
