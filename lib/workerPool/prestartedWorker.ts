/** A pool's first worker, started while the code of the pool is being fetched, so that both are fetched side by side. */
import { queueMicrotask } from '../primitives/clock.ts';

/** What `WorkerMonitor` listens to in a page. */
const EVENTS = ['message', 'messageerror', 'error'] as const;

type MaybeWorker = Partial<EventTarget & { terminate(): unknown }> | null | undefined;

export class PrestartedWorker {
  readonly #factory: () => unknown;
  /** What the factory has given, or thrown, and nobody has taken. */
  #begun: { readonly open: () => unknown; readonly worker?: MaybeWorker } | undefined;

  constructor(factory: () => unknown) {
    this.#factory = factory;
  }

  /** Starts the worker; what it says is kept for who takes it. */
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
      // An error is for the pool to tell, not for the page.
      event.preventDefault();
      said.push(event);
    };
    for (const event of EVENTS) worker?.addEventListener?.(event, keep);
    const open = (): unknown => {
      for (const event of EVENTS) worker?.removeEventListener?.(event, keep);
      // Who takes it listens by then.
      queueMicrotask(() => said.forEach((event) => worker?.dispatchEvent?.(event)));
      return worker;
    };
    this.#begun = { open, worker };
  }

  /** The factory as the pool sees it: the first worker that it asks for may have been started. */
  readonly open = (): unknown => {
    const begun = this.#begun;
    this.#begun = undefined;
    return begun === undefined ? this.#factory() : begun.open();
  };

  /** Ends a worker that nobody has taken. */
  drop(): void {
    this.#begun?.worker?.terminate?.();
    this.#begun = undefined;
  }
}
