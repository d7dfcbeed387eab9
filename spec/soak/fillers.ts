/** The values of generators: those before the last are looked at, and left out of what is judged. */
import { type MonoTypeOperatorFunction, filter, map, pipe } from 'rxjs';
import type { Ledger } from './ledger.ts';
import type { Log } from './log.ts';
import { type StreamPlan, fillersOf, indexOf } from './plan.ts';

interface Filler {
  readonly code: number;
  readonly filler: number;
  readonly bytes?: Uint32Array;
}
interface Last {
  readonly code: number;
  readonly last: unknown;
}
interface Rejected {
  readonly status: 'rejected';
  readonly index: number;
  readonly reason: unknown;
}

/** No value, while any may be one. */
const NOTHING = Symbol('nothing');

/**
 * What tasks with one result would have given. Values of one task come in their order, its own as the last, and no more of
 * them are on their way than `buffer`; in order those of a task come before all of the next.
 */
export function withoutFillers(plan: StreamPlan, log: Log, ledger: Ledger): MonoTypeOperatorFunction<unknown> {
  const { buffer = 64, onError } = plan.options;
  const fillers = new Map<number, number>();
  const over = new Set<number>();
  let latest = -1;
  const say = (what: string): unknown => log.differences.push(what);
  const comes = (index: number, what: string): void => {
    if (over.has(index)) say(`${what} of task ${index} came after its end`);
    if (plan.ordered && index < latest) say(`${what} of task ${index} came after one of task ${latest}`);
    latest = index;
  };
  const given = (index: number, values: number): void => {
    // An iterator has given what is seen a turn later.
    const ahead = ledger.given(plan.id, index) - values - (plan.operator === 'parallelMapIterable' ? 1 : 0);
    if (ahead > buffer) say(`task ${index} was ${ahead} values ahead of what was emitted, of ${buffer}`);
  };
  const judged = (value: unknown): unknown => {
    const found = value as Filler | Last | Rejected;
    if ('filler' in found) {
      const { bytes, code, filler } = found;
      const index = indexOf(code);
      const before = fillers.get(index) ?? 0;
      comes(index, 'a value');
      if (filler !== before) say(`value ${filler} of task ${index} came after ${before} of it`);
      if (filler % 3 === 2 && (bytes?.length !== 3 || bytes[2] !== filler))
        say(`value ${filler} of task ${index} lost its bytes`);
      fillers.set(index, before + 1);
      given(index, before + 1);
      return NOTHING;
    }
    if ('last' in found) {
      const index = indexOf(found.code);
      const due = fillersOf(found.code);
      comes(index, 'the last value');
      if ((fillers.get(index) ?? 0) !== due)
        say(`the last value of task ${index} came after ${fillers.get(index) ?? 0} of ${due} before it`);
      over.add(index);
      given(index, due + 1);
      return onError === 'settle' ? { status: 'fulfilled', index, value: found.last } : found.last;
    }
    const { index, reason } = found;
    // It had given its value, and not ended.
    if (over.has(index)) {
      log.lateFailures.push({ index, reason });
      return NOTHING;
    }
    comes(index, 'the failure');
    over.add(index);
    return found;
  };
  return pipe(
    map(judged),
    filter((value) => value !== NOTHING),
  );
}
