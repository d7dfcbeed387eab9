/** A pool's first worker, started while the code of the pool is being fetched, so that both are fetched side by side. */
import { queueMicrotask } from '../primitives/clock.ts';

/** The events that `WorkerMonitor` listens to in a page. */
const EVENTS = ['message', 'messageerror', 'error'] as const;

type MaybeWorker = Partial<EventTarget & { terminate(): unknown }> | null | undefined;

export class PrestartedWorker {
  readonly #factory: () => unknown;
  /** The worker that was started, or the error of the factory, until the pool asks for its first worker. */
  #begun: { readonly open: () => unknown; readonly worker?: MaybeWorker } | undefined;

  constructor(factory: () => unknown) {
    this.#factory = factory;
  }

  /** Starts the worker; its events are kept for the pool. */
  begin(): void {
    if (this.#begun !== undefined) return;
    let worker: MaybeWorker;
    try {
      worker = this.#factory() as MaybeWorker;
    } catch (error) {
      const open = (): never => {
        throw error;
      };
      this.#begun = { open };
      return;
    }
    const said: Event[] = [];
    const keep = (event: Event): void => {
      // The pool handles the error: it is not an uncaught one of the page.
      event.preventDefault();
      said.push(event);
    };
    for (const event of EVENTS) worker?.addEventListener?.(event, keep);
    const open = (): unknown => {
      for (const event of EVENTS) worker?.removeEventListener?.(event, keep);
      // The pool listens by then.
      queueMicrotask(() => said.forEach((event) => worker?.dispatchEvent?.(event)));
      return worker;
    };
    this.#begun = { open, worker };
  }

  /** The factory of the pool: the first worker may have been started already. */
  readonly open = (): unknown => {
    const begun = this.#begun;
    this.#begun = undefined;
    return begun === undefined ? this.#factory() : begun.open();
  };

  /** Ends a worker that the pool has not asked for. */
  drop(): void {
    this.#begun?.worker?.terminate?.();
    this.#begun = undefined;
  }
}
