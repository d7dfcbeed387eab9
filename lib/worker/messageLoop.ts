/** The message loop of a worker: receives batches from the host and runs the methods of an api, one task at a time. */
import { endByItself, listen, listenLast, onExit, onUncaught, post, revealEnd } from '#port';
import {
  CANCEL,
  type CancelMessage,
  CREDIT,
  type CreditMessage,
  END,
  type EndMessage,
  INIT,
  type InitMessage,
  PREPARE,
  type PrepareMessage,
  RUN,
  type RunMessage,
  UNCAUGHT,
  UNREAD,
  type UncaughtMessage,
  type UnreadMessage,
} from '../protocol/messages.ts';
import { enterTask, leaveTask } from '../protocol/taskContext.ts';
import { type Methods, isThenable, methodOf } from '../protocol/methods.ts';
import type { WorkerHooks } from '../api/workerHooks.ts';
import { announceHooks, prepare, tearDown } from './hooks.ts';
import { replyOver } from './outcomes.ts';
import { pack } from './pack.ts';
import { BatchRun } from './batchRun.ts';

export function serve(api: Methods, hooks: WorkerHooks): void {
  const waiting: BatchRun[] = [];
  let cells: Int32Array | undefined;
  let running: BatchRun | undefined;
  /** Set by an uncaught error: the running task is blamed for that, so it must not end, and no other may begin. */
  let halted = false;
  /** The setup, once it has begun; for a leased thread the first batch begins it. */
  let prepared: Promise<unknown> | undefined;
  /** Whether the begin of the first batch was posted; a worker that dies before has begun no task. */
  let announced = false;
  const runAll = async (): Promise<void> => {
    for (;;) {
      if (halted) return;
      running = waiting.shift();
      if (running === undefined) return;
      if (hooks.setup !== undefined) await (prepared ??= Promise.resolve(hooks.setup(undefined)));
      if (!announced) running.announce();
      announced = true;
      await frame['rxjs-parallel:batch'](api, running, () => halted);
    }
  };
  const end = async (): Promise<void> => {
    // A setup that runs ends first, and one that has failed has nothing to tear down.
    if ((await prepared) !== false) await tearDown(hooks);
    endByItself();
  };
  const runOf = (id: number): BatchRun | undefined => [running, ...waiting].find((run) => run?.message.id === id);
  /** The id of the last batch that was read. */
  let read = 0;
  const unread = (): void => post({ type: UNREAD, id: read } satisfies UnreadMessage);
  listen((data) => {
    const message = data as
      | InitMessage
      | RunMessage
      | CancelMessage
      | CreditMessage
      | UnreadMessage
      | PrepareMessage
      | EndMessage
      | null
      | undefined;
    if (message?.type === INIT) {
      cells = message.cells;
      listenLast();
    } else if (message?.type === PREPARE) prepared = prepare(api, hooks, message);
    else if (message?.type === END) void end();
    else if (message?.type === RUN) {
      read = message.id;
      waiting.push(new BatchRun(message, cells));
      if (running === undefined) {
        listenLast();
        void runAll();
      }
    } else if (message?.type === CANCEL) runOf(message.id)?.cancel(message.end, message.late);
    else if (message?.type === CREDIT) runOf(message.id)?.grant(message.count);
    // A batch that is not over sends replies anyway.
    else if (message?.type === UNREAD && runOf(message.id) === undefined) replyOver(message.id);
  }, unread);
  onUncaught((error) => {
    if (halted) return;
    halted = true;
    running?.flush();
    post({ type: UNCAUGHT, error: pack(error) } satisfies UncaughtMessage);
  });
  onExit(() => running?.flush());
  revealEnd();
  announceHooks(hooks);
}

/** There is no task to wait for: the batch is over, or the worker halts. */
const NONE = {};

/** The frames below a task's own in its stack. `remoteError` finds them by their names, as bundlers do not rename methods. */
const frame = {
  async 'rxjs-parallel:batch'(api: Methods, run: BatchRun, halted: () => boolean): Promise<void> {
    const { outcomes } = run;
    run.open();
    enterTask(run.context);
    for (;;) {
      const returned = frame['rxjs-parallel:run'](api, run, halted);
      if (returned === NONE) return;
      outcomes.waits();
      try {
        const value = await returned;
        outcomes.value(run.message.buffer === undefined ? value : await run.give(value));
      } catch (error) {
        outcomes.failure(error);
      }
      if (halted()) return;
      run.ended();
    }
  },

  /**
   * Runs tasks up to the first that is not over when its method returns; gives what that returned. In an async function they took
   * V8 twice as long to compile.
   */
  'rxjs-parallel:run'(api: Methods, run: BatchRun, halted: () => boolean): unknown {
    const { cell, outcomes } = run;
    const { args, arity, buffer, method } = run.message;
    for (;;) {
      const offset = cell.claim();
      if (offset < 0) break;
      const first = run.argsTo;
      const end = (run.argsTo += typeof arity === 'number' ? arity : arity[offset]!);
      run.begin(offset);
      try {
        const called = methodOf(api, typeof method === 'string' ? method : method[offset]!);
        const returned =
          end - first === 1 ? called.call(api, args[first]) : called.apply(api, args.slice(first, end) as never);
        if (buffer !== undefined || isThenable(returned)) return returned;
        outcomes.value(returned);
      } catch (error) {
        outcomes.failure(error);
      }
      if (halted()) return NONE;
      run.ended();
    }
    leaveTask(run.context);
    outcomes.reply(true);
    return NONE;
  },
};
