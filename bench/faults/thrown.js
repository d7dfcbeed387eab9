/** What tasks throw (`throwCoded` throws `thrown.Coded()`), and what of it has not arrived. */
export const thrown = {
  Coded: () => Object.assign(new RangeError('too far'), { code: 'E_FAR' }),
  Caused: () => new Error('outer', { cause: new TypeError('inner') }),
  Aggregate: () => new AggregateError([new RangeError('first'), 'second'], 'several'),
  Dom: () => new DOMException('given up', 'AbortError'),
  Hostile: () =>
    Object.defineProperty(Object.assign(new Error('hostile'), { code: 'E_HOSTILE' }), 'errors', {
      enumerable: true,
      get() {
        throw new Error('not to be read');
      },
    }),
  DomCoded: () =>
    Object.defineProperty(new DOMException('late', 'TimeoutError'), 'code', { value: 'E_LATE', enumerable: true }),
  Fields: () => Object.assign(new Error('invalid'), { errors: { name: new RangeError('too short') } }),
  Circular() {
    const all = new AggregateError([], 'all');
    all.errors.push(...['a', 'b', 'c', 'd'].map((each) => new Error(each, { cause: all })));
    return all;
  },
  Undefined: () => undefined,
  Null: () => null,
  Zero: () => 0,
  Empty: () => '',
};

/** The parts of `sent` that `received` lacks, by their names. */
export function lost(sent, received, seen = new Set()) {
  if (seen.has(sent)) return [];
  seen.add(sent);
  if (typeof sent !== 'object' || sent === null) return Object.is(sent, received) ? [] : ['value'];
  if (typeof received !== 'object' || received === null) return ['error'];
  const parts = (isError(sent) ? ['name', 'message', 'code', 'cause', 'errors'] : Object.keys(sent)).filter((part) =>
    readable(sent, part),
  );
  const missing = parts.filter((part) => !(part in received) || isLost(sent[part], received[part], seen));
  return received.constructor?.name === sent.constructor.name ? missing : ['class', ...missing];
}

const isError = (value) => value instanceof Error || value instanceof DOMException;

/** Whether there is such a part, and reading it does not throw. */
function readable(sent, part) {
  try {
    void sent[part];
    return part in sent;
  } catch {
    return false;
  }
}

function isLost(sent, received, seen) {
  if (!Array.isArray(sent)) return lost(sent, received, seen).length > 0;
  return !Array.isArray(received) || sent.some((each, at) => lost(each, received[at], seen).length > 0);
}
