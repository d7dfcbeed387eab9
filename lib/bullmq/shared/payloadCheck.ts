/**
 * The check of a parsed text before devalue revives it. Whoever may write to Redis may have written the text, and some values
 * that devalue would make end the process where nothing can catch it.
 *
 * What a text may revive to is bounded by its length:
 * - each node is made once, however often others refer to it;
 * - sparse arrays are no longer together than the text may be: a worker allocates them whole, and so would a call;
 * - strings and bigints are copied for each reference to them on the way to a worker, to `REPEATED` times the length of the text
 *   at most;
 * - bigints weigh the square of their digits, as that is the time to convert them: a million digits take a second;
 * - errors are rebuilt in at most `STEPS` steps for each reference in the text.
 */

/** A node of devalue's format: a list in which arrays and objects refer to other nodes by their index. */
type Node = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;

/** The first entry of a sparse array; the second is its length. */
const SPARSE = -7;
/** Errors that hold the same object visit it once each: our own texts need two steps for it at most. */
const STEPS = 4;
/** Steps to rebuild an error: it takes some 5 µs, against 30 ns for other steps, and ours have six references at least. */
const REBUILD = 6 * STEPS;
const REPEATED = 16;
/** The square of a bigint's digits, by this, is its weight in bytes. */
const DIGITS = 10_000;

/**
 * `most`: the longest text that may be. `thrown`: whether the text is of something thrown, which may be a packed error itself.
 * Returns the weight of the value besides the text: the bytes that it may take in a worker. @throws TypeError
 */
export function checkPayload(parsed: unknown, most: number, thrown: boolean = false): number {
  if (!Array.isArray(parsed)) return 0;
  const nodes = parsed as readonly Node[];
  const errors: unknown[] = thrown ? [0] : [];
  let references = 0;
  let sparse = 0;
  let repeated = 0;
  let digits = 0;
  for (const node of nodes) {
    if (typeof node !== 'object' || node === null) continue;
    const parts: readonly unknown[] = Array.isArray(node) ? node : Object.values(node);
    // devalue nests nothing: what a node holds is an index.
    for (const part of parts) if (typeof part === 'object' && part !== null) throw new TypeError('it is nested');
    const held = referencesIn(node);
    references += held.length;
    for (const each of held) repeated += textLength(nodes[each as number]);
    if (!Array.isArray(node)) continue;
    if (node[0] === SPARSE) sparse += lengthOf(node);
    else if (node[0] === 'Error') errors.push(node[1]);
    else if (node[0] === 'BigInt') digits += textLength(node) ** 2 / DIGITS;
  }
  if (!(sparse <= most)) throw new TypeError(`its sparse arrays have a length of ${sparse}, more than ${most}`);
  if (!(repeated <= REPEATED * most))
    throw new TypeError(
      `its texts have a length of ${repeated} where they are repeated, more than ${REPEATED} times ${most}`,
    );
  if (!(digits <= REPEATED * most)) throw new TypeError('its bigints have too many digits');
  if (errors.length > 0) checkErrors(nodes, errors, STEPS * (references + sparse));
  return Math.ceil(8 * sparse + repeated + digits);
}

/** The entries of a node that refer to others; a negative number stands for a value. */
function referencesIn(node: readonly unknown[] | Readonly<Record<string, unknown>>): readonly unknown[] {
  if (!Array.isArray(node)) return Object.values(node);
  const [head] = node as readonly unknown[];
  if (head === SPARSE) return node.filter((_entry, at) => at > 2 && at % 2 === 1);
  if (typeof head !== 'string') return node;
  if (head === 'null') return node.filter((_entry, at) => at > 1 && at % 2 === 0);
  return head === 'Map' || head === 'Set' ? node.slice(1) : node.slice(1, 2);
}

/** Other values are shared on the way to a worker, as here. */
function textLength(node: Node | undefined): number {
  if (typeof node === 'string') return node.length;
  return Array.isArray(node) && node[0] === 'BigInt' && typeof node[1] === 'string' ? node[1].length : 0;
}

/** The length that a sparse array says it has; devalue refuses any but a whole number. */
const lengthOf = (parts: readonly unknown[]): number => (typeof parts[1] === 'number' ? Math.max(0, parts[1]) : 0);

/** Counts the steps of `remoteError` for each packed error: it builds each error of the table, and visits all that these hold. */
function checkErrors(nodes: readonly Node[], errors: readonly unknown[], most: number): void {
  let steps = most;
  const spend = (count: number): void => {
    steps -= count;
    if (!(steps >= 0)) throw new TypeError('its errors hold one another too often');
  };
  const entriesOf = (at: unknown): readonly unknown[] => {
    const node = nodes[at as number];
    return typeof node === 'object' && node !== null ? referencesIn(node) : [];
  };
  const propertyOf = (at: unknown, name: string): unknown =>
    (nodes[at as number] as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  for (const error of errors) {
    for (const each of entriesOf(propertyOf(error, 'errors')))
      spend(REBUILD + entriesOf(propertyOf(each, 'own')).length);
    const seen = new Set<unknown>();
    const ahead = [error];
    for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
      const node = nodes[at as number];
      if (typeof node !== 'object' || node === null || seen.has(at)) continue;
      seen.add(at);
      const held = referencesIn(node);
      spend(1 + held.length + (Array.isArray(node) && node[0] === SPARSE ? lengthOf(node) : 0));
      for (const each of held) ahead.push(each);
    }
  }
}
