/** What becomes of a number that is halved while it is even, and else tripled and increased, until it is 1. */
export interface Row {
  readonly number: number;
  readonly steps: number;
  readonly highest: number;
}

export function rowOf(number: number): Row {
  let steps = 0;
  let highest = number;
  for (let at = number; at !== 1; steps++) {
    at = at % 2 === 0 ? at / 2 : 3 * at + 1;
    highest = Math.max(highest, at);
  }
  return { number, steps, highest };
}
