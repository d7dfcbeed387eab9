/** The startup of one worker, from the factory to the connection. */
import { lasting } from '#platform';
import { type Timer, clearTimeout, setTimeout } from '../../primitives/clock.ts';
import { cut } from '../../protocol/snapshot.ts';
import {
  HOOKS,
  type HooksMessage,
  LOCK,
  type LockMessage,
  MARK,
  PREPARE,
  PREPARED,
  type PrepareMessage,
  type PreparedMessage,
} from '../../protocol/messages.ts';
import { remoteError } from '../../protocol/remoteError.ts';
import { text } from '../../protocol/thrown.ts';
import { WorkerInitError } from '../../api/errors.ts';
import { spawnPlain } from '../../threadsjs/plainWorker.ts';
import { unstarted } from './exitErrors.ts';
import type { Description } from '../../pool/contract.ts';
import type { AnyWorker } from './anyWorker.ts';
import { newWorker } from './newWorker.ts';
import { EXPOSES, HINTS, withOutlook } from './startFailure.ts';
import { type PendingWorker, type WorkerConnection, connectionTo } from './workerConnection.ts';
import { type WorkerExit, uncaught } from './workerExit.ts';
import type { Label } from './workerLabel.ts';
import { WorkerMonitor } from './workerMonitor.ts';

export interface StartupSettings {
  /** Milliseconds that a worker may take to expose its methods. */
  readonly initTimeout: number;
  readonly label: Label;
  /** A hint for errors where a page could not load the worker. */
  readonly unloaded?: string;
  /** The argument of the worker's setup; an array, since undefined may be the data. Absent: none. */
  readonly data?: readonly [unknown] | undefined;
  /** The calls that each worker makes after its setup, before its first task. */
  readonly kept?: readonly Description[] | undefined;
}

/** Starts the worker that `factory` makes. */
export function startWorker(factory: () => unknown, settings: StartupSettings): PendingWorker {
  const { label, unloaded } = settings;
  let worker: AnyWorker;
  try {
    worker = newWorker(factory, label());
  } catch (error) {
    return { ready: Promise.reject(error), hold() {}, async end() {} };
  }
  return new Startup(new WorkerMonitor(worker, unloaded), label(worker), settings);
}

type Message = { readonly type?: unknown } | null | undefined;

/** The message of threads.js with which a worker exposes its methods, or a single function. */
interface Init {
  readonly exposed: { readonly type?: unknown; readonly methods?: readonly string[] };
}

/** A worker may send messages of its own with this `type`: the contents are checked, too. */
function isInit(message: Message): message is Message & Init {
  const { exposed, type } = (message ?? {}) as Partial<Init> & { type?: unknown };
  return type === 'init' && (exposed?.type === 'function' || Array.isArray(exposed?.methods));
}

/**
 * The states of a starting worker, and the transitions:
 *
 *     spawned       init, no lock asked for -> exposed
 *                   init, lock asked for    -> awaitingLock
 *     awaitingLock  lock held, or refused   -> exposed
 *     exposed       no setup, connected     -> ready: further messages are for the owner of the connection
 *                   a setup                 -> settingUp
 *     settingUp     set up                  -> ready
 *     any of these  exit, initTimeout, end  -> failed
 *
 * In a page the pool waits until the worker has its lock: the end of a worker without it would never be noticed.
 */
export class Startup implements PendingWorker {
  state: 'spawned' | 'exposed' | 'awaitingLock' | 'settingUp' | 'ready' | 'failed' = 'spawned';
  readonly ready: Promise<WorkerConnection>;
  readonly #monitor: WorkerMonitor;
  readonly #label: string;
  readonly #deadline: Timer;
  readonly #data: readonly [unknown] | undefined;
  readonly #kept: readonly Description[];
  #hooks: HooksMessage | undefined;
  #init: Init | undefined;
  /** Whether the worker's request for its lock is pending. */
  #lockAsked = false;
  /** How many kept calls the worker makes in its setup. */
  #prepares = 0;
  /** The connection of a worker that is being set up. */
  #connection: Omit<WorkerConnection, 'hold' | 'prepared'> | undefined;
  #resolve!: (connection: WorkerConnection) => void;
  #reject!: (error: unknown) => void;

  constructor(monitor: WorkerMonitor, label: string, settings: Omit<StartupSettings, 'label' | 'unloaded'>) {
    const { initTimeout, kept = [] } = settings;
    this.#data = settings.data;
    this.#kept = kept;
    this.#monitor = monitor;
    this.#label = label;
    this.ready = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#deadline = setTimeout(() => this.#timeOut(initTimeout), initTimeout);
    monitor.onMessage = (data) => this.#message(data as Message);
    monitor.onExit = (exit) => this.#exited(exit);
  }

  hold(alive: boolean): void {
    if (this.#monitor.ended) return;
    this.#monitor.hold(alive);
    (this.#deadline as { ref?(): void; unref?(): void })[alive ? 'ref' : 'unref']?.();
  }

  end(): Promise<void> {
    // The teardown closes what the setup has opened: neither is cut short.
    if (this.state === 'settingUp' && this.#hooks?.teardown === true) {
      this.#exited({ why: 'was ended' });
      return this.#monitor.leave(true);
    }
    this.#monitor.fail({ why: 'was ended' });
    return this.#monitor.end();
  }

  #message(message: Message): void {
    const exit = uncaught(message);
    if (exit !== undefined) this.#monitor.fail(exit);
    else if (message?.type === LOCK) this.#lock(message as LockMessage);
    else if (message?.type === HOOKS) this.#hooks = message as HooksMessage;
    else if (message?.type === PREPARED) this.#prepared(message as PreparedMessage);
    else if (isInit(message)) this.#exposed(message);
  }

  #lock({ name, decided }: LockMessage): void {
    this.#lockAsked = !decided;
    if (name !== undefined) this.#monitor.watch(name);
    if (decided && this.state === 'awaitingLock') this.#connect();
  }

  #exposed(init: Init): void {
    // The message may come twice.
    if (this.state !== 'spawned') return;
    this.#init = init;
    if (this.#lockAsked) this.state = 'awaitingLock';
    else this.#connect();
  }

  #connect(): void {
    this.state = 'exposed';
    const monitor = this.#monitor;
    const init = this.#init!;
    const ours = init.exposed.methods?.includes(MARK) === true;
    if (this.#data !== undefined && this.#hooks?.setup !== true) return this.#refuseData(ours);
    if (ours) {
      const tearsDown = this.#hooks?.teardown === true;
      this.#connection = {
        ...connectionTo(monitor, this.#label, undefined),
        deliver() {},
        end: () => monitor.leave(tearsDown),
        kill: () => monitor.end(),
      };
      const calls = this.#kept.map(({ args, method }) => ({ args, method }));
      if (this.#hooks?.setup !== true && calls.length === 0) return this.#connected(this.#connection);
      this.state = 'settingUp';
      this.#prepares = calls.length;
      return monitor.post({ type: PREPARE, data: cut(this.#data?.[0]), calls } satisfies PrepareMessage);
    }
    spawnPlain(monitor, init).then(
      ({ thread, deliver, end }) =>
        this.#connected({ ...connectionTo(monitor, this.#label, thread), deliver, end, kill: end }),
      (error: unknown) => {
        this.#fail(error);
        void monitor.end();
      },
    );
  }

  #prepared({ error }: PreparedMessage): void {
    if (this.state !== 'settingUp') return;
    if (error === undefined) return this.#connected(this.#connection!);
    const cause = remoteError(error);
    this.#fail(new WorkerInitError(`A worker${this.#label} failed in its setup: ${text(cause)}`, { cause }));
    void this.#monitor.end();
  }

  #refuseData(ours: boolean): void {
    const why = ours
      ? 'its module gives expose() no setup for them'
      : 'it is one of plain threads.js, which takes none';
    const error = new WorkerInitError(`A worker${this.#label} cannot be given the data of its pool: ${why}`);
    this.#fail(withOutlook(error, 'never'));
    void this.#monitor.end();
  }

  #connected(connection: Omit<WorkerConnection, 'hold' | 'prepared'>): void {
    // It failed while threads.js connected it, and `ready` is rejected already.
    if (this.state === 'failed') return;
    clearTimeout(this.#deadline);
    this.state = 'ready';
    const { monitor } = connection;
    this.#resolve({
      ...connection,
      prepared: this.#prepares,
      hold: (alive) => (alive ? monitor.hold(true) : monitor.letGo()),
    });
  }

  #timeOut(initTimeout: number): void {
    const why =
      this.state === 'spawned'
        ? `did not call expose() within ${initTimeout} ms (${EXPOSES} initTimeout sets the limit)`
        : this.state === 'settingUp'
          ? `did not end its setup within ${initTimeout} ms (initTimeout sets the limit)`
          : `called expose() and then was not heard of for ${initTimeout} ms (did it call self.close()?)`;
    // The next worker would time out, too.
    this.#failStart({ why }, this.#before, true);
    this.#monitor.fail({ why });
  }

  #exited(exit: WorkerExit): void {
    const wrong = this.state === 'settingUp' ? undefined : lasting(exit);
    this.#failStart(exit, `${this.#before}${wrong === undefined ? '' : HINTS[wrong]}`, wrong !== undefined);
  }

  /** What the worker has not done yet, after "before it" in an error. */
  get #before(): string {
    return this.state === 'settingUp' ? 'had been set up' : 'exposed anything';
  }

  /** `before`: what the worker had not done; `always`: whether the next one would fail the same way. */
  #failStart(exit: WorkerExit, before: string, always: boolean): void {
    const error = unstarted(exit, before, this.#label);
    this.#fail(always ? withOutlook(error, 'never') : error);
  }

  /** Only the first reason counts. */
  #fail(error: unknown): void {
    clearTimeout(this.#deadline);
    this.state = 'failed';
    this.#reject(error);
  }
}
