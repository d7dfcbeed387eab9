/** The values that generators give before their own: looked at, and left out of what is judged. */
import { type MonoTypeOperatorFunction, filter } from 'rxjs';
import type { Log } from './log.ts';
import { type StreamPlan, codeOf, fillersOf, indexOf } from './plan.ts';

interface Filler {
  readonly code: number;
  readonly filler: number;
}

const isFiller = (value: unknown): value is Filler => typeof value === 'object' && value !== null && 'filler' in value;

/** Those of one task come in their order, all before its value; in order also those of a task all before the next's. */
export function withoutFillers(plan: StreamPlan, log: Log): MonoTypeOperatorFunction<unknown> {
  const seen = new Map<number, number>();
  let last = -1;
  return filter((value) => {
    if (!isFiller(value)) {
      const index = typeof value === 'number' && value > 0 ? indexOf(value) : undefined;
      const due = index === undefined ? 0 : fillersOf(codeOf(plan.id, index));
      if (due !== 0 && seen.get(index!) !== due)
        log.differences.push(`the value of task ${index} came after ${seen.get(index!)} of ${due} before it`);
      return true;
    }
    const index = indexOf(value.code);
    const before = seen.get(index) ?? 0;
    if (value.filler !== before)
      log.differences.push(`value ${value.filler} of task ${index} came after ${before} of it`);
    if (plan.ordered && index < last) log.differences.push(`a value of task ${index} came after one of task ${last}`);
    last = index;
    seen.set(index, before + 1);
    return false;
  });
}
