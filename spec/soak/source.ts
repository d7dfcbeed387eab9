/** The sources of the soak's streams. */
import { Observable } from 'rxjs';
import type { Log } from './log.ts';
import { type StreamPlan, codeOf, deedOf } from './plan.ts';

/** What crosses as the value of a task; what does not cross is found out only there. */
function inputOf(plan: StreamPlan, inline: boolean, index: number): unknown {
  const code = codeOf(plan.id, index);
  const bad = deedOf(plan, index) === 'argFunction' ? { bad: () => {} } : undefined;
  if (inline && plan.form === 'moved') return { code, bytes: Uint32Array.of(code), ...bad };
  return inline && bad !== undefined ? { code, ...bad } : code;
}

export function sourceOf(plan: StreamPlan, inline: boolean, log: Log): Observable<unknown> {
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
        subscriber.next(inputOf(plan, inline, next++));
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
