/** What tasks throw (`throwCoded` throws `thrown.Coded()`), and what of it has not arrived. */
export const thrown = {
  Coded: () => Object.assign(new RangeError('too far'), { code: 'E_FAR' }),
  Caused: () => new Error('outer', { cause: new TypeError('inner') }),
  Aggregate: () => new AggregateError([new RangeError('first'), 'second'], 'several'),
  Dom: () => new DOMException('given up', 'AbortError'),
  Undefined: () => undefined,
  Null: () => null,
  Zero: () => 0,
  Empty: () => '',
};

/** The parts of `sent` that `received` lacks, by their names. */
export function lost(sent, received) {
  if (typeof sent !== 'object' || sent === null) return Object.is(sent, received) ? [] : ['value'];
  if (typeof received !== 'object' || received === null) return ['error'];
  const parts = ['name', 'message', 'code', 'cause', 'errors'].filter((part) => part in sent);
  const missing = parts.filter((part) => !(part in received) || isLost(sent[part], received[part]));
  return received.constructor?.name === sent.constructor.name ? missing : ['class', ...missing];
}

function isLost(sent, received) {
  if (!Array.isArray(sent)) return lost(sent, received).length > 0;
  return !Array.isArray(received) || sent.some((each, at) => lost(each, received[at]).length > 0);
}
