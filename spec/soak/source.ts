/** The sources of the soak's streams. */
import { Observable } from 'rxjs';
import type { Log } from './log.ts';
import { type StreamPlan, codeOf, deedOf, sizeOf } from './plan.ts';

export const bytesOf = (code: number): Uint32Array => new Uint32Array(sizeOf(code)).fill(code);

/** What crosses as the value of a task; what does not cross is found out only there. */
function inputOf(plan: StreamPlan, inline: boolean, index: number, log: Log): unknown {
  const code = codeOf(plan.id, index);
  if (plan.form === 'refilled') return refilled(log, code, inline && deedOf(plan, index) === 'argFunction');
  const bad = deedOf(plan, index) === 'argFunction' ? { bad: () => {} } : undefined;
  if (inline && plan.form === 'moved') return { code, bytes: bytesOf(code), ...bad };
  return inline && bad !== undefined ? { code, ...bad } : code;
}

/** The one object of the stream, as a reader gives its row again. */
function refilled({ row }: Log, code: number, bad: boolean): unknown {
  row.code = code;
  if (bad) row.bad = () => {};
  else delete row.bad;
  return row;
}

/** A source that pushes. */
export function pushed(plan: StreamPlan, inline: boolean, log: Log): Observable<unknown> {
  const { maxPending, overflow = 'error' } = plan.options;
  const { burst, count, endless, failAt, feedback, gap } = plan.source;
  return new Observable((subscriber) => {
    let next = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    /** Gives one; false when there is nothing more to come. */
    const give = (): boolean => {
      if (subscriber.closed) return false;
      if (next === failAt) {
        log.sourceFailed = true;
        subscriber.error(log.sourceError);
      } else if (next < count) {
        log.arrived++;
        subscriber.next(inputOf(plan, inline, next++, log));
        const waiting = log.arrived - log.dispatched.size;
        if (maxPending !== undefined && overflow === 'error' && waiting > maxPending && !subscriber.closed)
          log.differences.push(`${waiting} values wait, at most ${maxPending} may`);
        return true;
      } else if (!endless) {
        log.sourceDone = true;
        subscriber.complete();
      }
      return false;
    };
    const step = (): void => {
      for (let at = 0; at < burst; at++) if (!give()) return;
      timer = setTimeout(step, gap);
    };
    if (feedback === undefined) step();
    else {
      log.answer = () => void give();
      for (let at = 0; at < feedback && give(); at++);
    }
    return () => {
      clearTimeout(timer);
      log.answer = undefined;
      log.released = true;
    };
  });
}

/** A source that is pulled: a generator, an async one where it takes its time. */
export function pulled(plan: StreamPlan, inline: boolean, log: Log): Iterable<unknown> | AsyncIterable<unknown> {
  const { burst, gap } = plan.source;
  return burst === Infinity ? values(plan, inline, log) : slowly(values(plan, inline, log), burst, gap);
}

function* values(plan: StreamPlan, inline: boolean, log: Log): Generator {
  const { count, failAt } = plan.source;
  try {
    for (let index = 0; index < count; index++) {
      if (index === failAt) {
        log.sourceFailed = true;
        throw log.sourceError;
      }
      log.arrived++;
      // One that is fetched when the stream ends comes after it.
      if (log.end === undefined) log.mostTaken = Math.max(log.mostTaken, log.arrived - log.values.length);
      yield inputOf(plan, inline, index, log);
    }
    log.sourceDone = true;
  } finally {
    log.released = true;
  }
}

async function* slowly(all: Generator, burst: number, gap: number): AsyncGenerator {
  try {
    for (let nth = 0; ; nth++) {
      if (nth % burst === 0) await new Promise((resolve) => setTimeout(resolve, gap));
      const { done, value } = all.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    all.return(undefined);
  }
}
