/** The library's timers in virtual time. */
import type { SchedulerLike, Subscription } from 'rxjs';
import { clearTimeout, replaceClock } from '../../lib/primitives/clock.ts';

export interface VirtualTimers {
  /** Those that have neither come nor been cleared. */
  readonly pending: { readonly size: number };
  /** How many were begun. */
  readonly begun: number;
  /** From now on timers are real ones again. */
  giveBack(): void;
}

/** From now on the timers of the library are those of `scheduler`. */
export function virtualTimers(scheduler: SchedulerLike): VirtualTimers {
  const pending = new Map<unknown, Subscription>();
  let begun = 0;
  const clearReal = clearTimeout;
  const before = replaceClock({
    setTimeout: ((due: (...args: unknown[]) => void, ms: number, ...args: unknown[]) => {
      const timer = { unref: () => timer };
      begun++;
      const come = (): void => {
        pending.delete(timer);
        due(...args);
      };
      pending.set(timer, scheduler.schedule(come, ms));
      return timer;
    }) as never,
    clearTimeout: (timer: unknown) => {
      const action = pending.get(timer);
      // Workers of other specs, which are ending, have real ones.
      if (action === undefined) return clearReal(timer as never);
      pending.delete(timer);
      action.unsubscribe();
    },
  });
  return {
    pending,
    get begun() {
      return begun;
    },
    giveBack: () => void replaceClock(before),
  };
}
