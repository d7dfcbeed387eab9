/**
 * The check of a parsed text before devalue revives it. Whoever may write to Redis may have written the text, and some values
 * that devalue would make end the process where nothing can catch it.
 *
 * What a text may revive to is bounded by its length: each node is made once, sparse arrays are no longer together than the
 * text may be, and errors are rebuilt in at most `STEPS` steps per node.
 */

/** A node of devalue's format: a list in which arrays and objects refer to other nodes by their index. */
type Node = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;

/** The first entry of a sparse array; the second is its length. */
const SPARSE = -7;
/** Steps per node to rebuild all errors: a node that two errors refer to is visited twice. */
const STEPS = 16;

/** `most`: the greatest length of all sparse arrays together. @throws TypeError */
export function checkPayload(parsed: unknown, most: number): void {
  if (!Array.isArray(parsed)) return;
  const nodes = parsed as readonly Node[];
  let length = 0;
  const errors: number[] = [];
  for (const node of nodes) {
    if (typeof node !== 'object' || node === null) continue;
    // devalue nests nothing: what a node holds is an index.
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

/** Walks the graph below each error, as its revival does. */
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
