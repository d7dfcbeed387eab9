/** Takes messages from the host and runs the methods of an api: one task at a time. */
import { listen, onExit, onUncaught, post, revealEnd } from '#port';
import {
  CUT,
  type CutMessage,
  OPEN,
  type OpenMessage,
  RUN,
  type RunMessage,
  UNCAUGHT,
  type UncaughtMessage,
} from '../wire.ts';
import { enterTask, leaveTask } from './context.ts';
import { Run, pack } from './run.ts';

export type Api = Readonly<Record<string, unknown>>;

export function serve(api: Api): void {
  const waiting: Run[] = [];
  let cells: Int32Array | undefined;
  let running: Run | undefined;
  /** After an uncaught error: what ran is blamed for it, so it must not end, and nothing else may begin. */
  let halted = false;
  /** A worker that dies before this has begun nothing. */
  let told = false;
  const runAll = async (): Promise<void> => {
    for (;;) {
      if (halted) return;
      running = waiting.shift();
      if (running === undefined) return;
      if (!told) running.tell();
      told = true;
      await frames['rxjs-parallel:batch'](api, running, () => halted);
    }
  };
  listen((data) => {
    const message = data as OpenMessage | RunMessage | CutMessage | null | undefined;
    if (message?.type === OPEN) cells = message.cells;
    else if (message?.type === RUN) {
      waiting.push(new Run(message, cells));
      if (running === undefined) void runAll();
    } else if (message?.type === CUT)
      [running, ...waiting].find((run) => run?.message.id === message.id)?.cut(message.end);
  });
  onUncaught((error) => {
    if (halted) return;
    halted = true;
    running?.reply(false);
    post({ type: UNCAUGHT, error: pack(error) } satisfies UncaughtMessage);
  });
  onExit(() => running?.reply(false));
  revealEnd();
}

/** Frames that stand under a task's own in its stack: `remoteError` knows them by name, which a bundler leaves to methods. */
const frames = {
  async 'rxjs-parallel:batch'(api: Api, run: Run, halted: () => boolean): Promise<void> {
    const { args, arity, method } = run.message;
    // The end of the arguments of the task before.
    let end = 0;
    run.open();
    enterTask(run.context);
    for (;;) {
      const offset = run.claim();
      if (offset < 0) break;
      const begin = end;
      end += typeof arity === 'number' ? arity : arity[offset]!;
      const began = run.begin(offset);
      try {
        const name = typeof method === 'string' ? method : method[offset]!;
        let value =
          end - begin === 1
            ? frames['rxjs-parallel:call1'](api, name, args[begin])
            : frames['rxjs-parallel:call'](api, name, args.slice(begin, end));
        if (isThenable(value)) {
          run.waits();
          value = await value;
        }
        run.value(value);
      } catch (error) {
        run.failure(error);
      }
      if (halted()) return;
      run.ended(began);
    }
    leaveTask(run.context);
    run.reply(true);
  },

  'rxjs-parallel:call1'(api: Api, name: string, arg: unknown): unknown {
    return methodOf(api, name).call(api, arg);
  },

  'rxjs-parallel:call'(api: Api, name: string, args: readonly unknown[] | Float64Array): unknown {
    return methodOf(api, name).apply(api, args as never);
  },
};

/** A method by its name: own ones only, so that no name reaches what every object inherits. */
function methodOf(api: Api, name: string): (...args: unknown[]) => unknown {
  const method = Object.hasOwn(api, name) ? api[name] : undefined;
  if (typeof method === 'function') return method as (...args: unknown[]) => unknown;
  const names = Object.keys(api).filter((each) => typeof api[each] === 'function');
  throw new TypeError(`The worker exposes no method "${name}"; it exposes ${names.join(', ')}`);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
