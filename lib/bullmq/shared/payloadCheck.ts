/**
 * What is checked of a text before anything is made of it: whoever may write to Redis may have written it, and some of
 * what devalue would make ends the process, where nothing can catch it.
 *
 * What is made of a text is then bounded by its length: each of its nodes is made once, a sparse array is no longer than
 * the text may be, and errors are put together in as many steps as there are nodes, times a factor.
 */

/** As devalue has them: a list of what is in the value, in which an array or object names the others by their numbers. */
type Node = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;

/** Stands at the head of a sparse array, before its length. */
const SPARSE = -7;
/** Steps for each node, of all errors together: what two errors hold is looked at twice. */
const STEPS = 16;

/** `most` is how long all sparse arrays together may be. Throws a TypeError. */
export function checkPayload(parsed: unknown, most: number): void {
  if (!Array.isArray(parsed)) return;
  const nodes = parsed as readonly Node[];
  let length = 0;
  const errors: number[] = [];
  for (const node of nodes) {
    if (typeof node !== 'object' || node === null) continue;
    // Nothing is nested: what is held is named by its number.
    const parts: readonly unknown[] = Array.isArray(node) ? node : Object.values(node);
    for (const part of parts) if (typeof part === 'object' && part !== null) throw new TypeError('it is nested');
    if (!Array.isArray(node)) continue;
    const [head, second] = node as readonly unknown[];
    if (head === SPARSE && typeof second === 'number') length += Math.max(0, second);
    if (head === 'Error') errors.push(second as number);
  }
  if (!(length <= most)) throw new TypeError(`its sparse arrays have a length of ${length}, more than ${most}`);
  checkErrors(nodes, errors, STEPS * nodes.length + most);
}

/** Each error is put together by walking through all that it holds, up to the errors in it. */
function checkErrors(nodes: readonly Node[], errors: readonly number[], most: number): void {
  let steps = most;
  for (const error of errors) {
    const seen = new Set<number>();
    const ahead = [error];
    for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const node = nodes[at];
      if (typeof node !== 'object' || node === null) continue;
      const parts: readonly unknown[] = Array.isArray(node) ? node : Object.values(node);
      steps -= 1 + (parts[0] === SPARSE ? Number(parts[1]) : parts.length);
      if (!(steps >= 0)) throw new TypeError('its errors hold one another too often');
      if (parts[0] !== 'Error') for (const part of parts) if (typeof part === 'number' && part >= 0) ahead.push(part);
    }
  }
}
