/** The setup and the teardown of a worker, run when the host asks for them. */
import { post } from '#port';
import type { WorkerHooks } from '../api/workerHooks.ts';
import {
  HOOKS,
  type HooksMessage,
  PREPARED,
  type PrepareMessage,
  type PreparedMessage,
  TORN_DOWN,
  type TornDownMessage,
} from '../protocol/messages.ts';
import { type Methods, methodOf } from '../protocol/methods.ts';
import { pack } from './pack.ts';

/** Posts which hooks there are; to be called before the methods are announced. */
export function announceHooks({ setup, teardown }: WorkerHooks): void {
  if (setup === undefined && teardown === undefined) return;
  post({ type: HOOKS, setup: setup !== undefined, teardown: teardown !== undefined } satisfies HooksMessage);
}

/**
 * Runs the setup and the kept calls, and posts when they have ended: the host sends the first task after that. Returns whether
 * they have succeeded.
 */
export async function prepare(api: Methods, { setup }: WorkerHooks, { calls, data }: PrepareMessage): Promise<boolean> {
  try {
    await setup?.(data);
    for (const { args, method } of calls) await methodOf(api, method).apply(api, args as never);
    post({ type: PREPARED, error: undefined } satisfies PreparedMessage);
    return true;
  } catch (error) {
    post({ type: PREPARED, error: pack(error) } satisfies PreparedMessage);
    return false;
  }
}

export async function tearDown({ teardown }: WorkerHooks): Promise<void> {
  if (teardown === undefined) return;
  try {
    await teardown();
    post({ type: TORN_DOWN, error: undefined } satisfies TornDownMessage);
  } catch (error) {
    post({ type: TORN_DOWN, error: pack(error) } satisfies TornDownMessage);
  }
}
