/** The setup and the teardown of a pool on the calling thread. */
import { WorkerInitError } from '../api/errors.ts';
import { CloneError } from '../api/workerErrors.ts';
import type { WorkerHooks } from '../api/workerHooks.ts';
import { clearTimeout, setTimeout } from '../primitives/clock.ts';
import { isThenable } from '../protocol/methods.ts';
import { snapshot } from '../protocol/snapshot.ts';
import { messageOf, text } from '../protocol/thrown.ts';

/** Milliseconds that a teardown may take. */
const TEARS_DOWN_WITHIN = 1000;

export class LocalHooks {
  state: 'down' | 'settingUp' | 'ready';
  readonly #hooks: WorkerHooks;
  readonly #data: unknown;
  /** The pending callbacks of `start`: each `ready` with its `failed`. */
  readonly #waiting = new Map<() => void, (error: WorkerInitError) => void>();

  constructor(hooks: WorkerHooks, data: unknown) {
    this.#hooks = hooks;
    this.state = hooks.setup === undefined ? 'ready' : 'down';
    try {
      this.#data = snapshot(data);
    } catch (cause) {
      throw new CloneError(`localPool: data cannot be copied: ${messageOf(cause)}`, { cause });
    }
  }

  /**
   * Starts the setup, unless it is running or done; after a failure it is tried again. `ready` is called only for an asynchronous
   * setup: after a synchronous one `state` is `'ready'` when this returns.
   */
  start(ready: () => void, failed: (error: WorkerInitError) => void): void {
    if (this.state === 'ready') return;
    this.#waiting.set(ready, failed);
    if (this.state === 'settingUp') return;
    this.state = 'settingUp';
    const removeWaiting = (): [() => void, (error: WorkerInitError) => void][] => {
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      return waiting;
    };
    const succeeded = (): void => {
      this.state = 'ready';
      for (const [each] of removeWaiting()) each();
    };
    const broke = (cause: unknown): void => {
      this.state = 'down';
      const error = new WorkerInitError(`The setup of the localPool failed: ${text(cause)}`, { cause });
      for (const [, each] of removeWaiting()) each(error);
    };
    try {
      const setup = this.#hooks.setup!(snapshot(this.#data));
      if (isThenable(setup)) return void Promise.resolve(setup).then(succeeded, broke);
      this.#waiting.delete(ready);
      succeeded();
    } catch (cause) {
      broke(cause);
    }
  }

  /** Runs the teardown, if the setup was done; resolves when it has ended, or has taken too long. */
  async end(): Promise<void> {
    const { teardown } = this.#hooks;
    if (teardown === undefined || this.state !== 'ready') return;
    this.state = 'down';
    const done = (async () => teardown())().catch((error: unknown) => {
      // oxlint-disable-next-line no-console
      console.error(`rxjs-parallel: The teardown of a localPool failed: ${text(error)}`);
    });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, TEARS_DOWN_WITHIN);
      void done.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
