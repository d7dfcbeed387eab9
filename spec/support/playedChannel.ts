/** A channel whose worker a spec plays: what the worker is sent, and which calls stream and pool get. */
import { PoolEvents } from '../../lib/pool/poolEvents.ts';
import type { Task } from '../../lib/pool/contract.ts';
import { CELL, SLOTS, WorkerCell } from '../../lib/protocol/batchCell.ts';
import { RUN, type RunMessage } from '../../lib/protocol/messages.ts';
import type { ExitOf } from '../../lib/workerPool/channel/lostTasks.ts';
import type { SlotEvents } from '../../lib/workerPool/channel/slotEvents.ts';
import { TaskEvents } from '../../lib/workerPool/channel/taskEvents.ts';
import { Utilization } from '../../lib/workerPool/channel/utilization.ts';
import type { WorkerAttachment } from '../../lib/workerPool/channel/workerAttachment.ts';
import type { WorkerChannel } from '../../lib/workerPool/channel/workerChannel.ts';
import type { WorkerConnection } from '../../lib/workerPool/startup/workerConnection.ts';

/** The calls that a stream, the dispatcher and the listeners to events get, in order. */
type Calls = unknown[];

export const taskOf = (seq: number, more: Partial<Task> = {}): Task => ({
  seq,
  index: seq,
  input: seq,
  method: 'act',
  args: [seq],
  transfer: undefined,
  crashes: 0,
  ...more,
});

export const tasksOf = (count: number): Task[] => Array.from({ length: count }, (_, seq) => taskOf(seq));

/** A stream at a pool, which records its calls. */
export function stream(calls: Calls, { buffer, retries = false }: { buffer?: number; retries?: boolean } = {}) {
  const grants: ((count: number) => void)[] = [];
  const source = {
    buffer,
    terminateAfter: Infinity,
    timeout: undefined,
    callSite: undefined,
    value: ({ seq }: Task, value: unknown) => calls.push(['value', seq, value]),
    failure: ({ seq }: Task, error: unknown) => calls.push(['failure', seq, error]),
    crashed: ({ seq }: Task, error: unknown) => (calls.push(['crashed', seq, error]), retries),
    values({ seq }: Task, values: readonly unknown[], grant: (count: number) => void): void {
      calls.push(['values', seq, values]);
      grants.push(grant);
    },
    report: ({ seq }: Task, value: unknown) => calls.push(['report', seq, value]),
    putBack: (tasks: readonly Task[]) =>
      tasks.length > 0 &&
      calls.push(['back', ...tasks.map(({ alone, seq }) => (alone === true ? `${seq} alone` : seq))]),
    proceed: () => calls.push('proceed'),
  };
  return {
    attachment: {
      source,
      priority: 0,
      slots: 0,
      sizer: {
        observe: (count: number, ms: number) => calls.push(['observed', count, ms]),
        sent: (count: number) => calls.push(['sent', count]),
        returned: (count: number, ms: number) => calls.push(['returned', count, ms]),
      },
      putBack: source.putBack,
    } as unknown as WorkerAttachment,
    /** The consumer has emitted `count` of the values that came last. */
    grant: (count: number): void => grants.shift()!(count),
  };
}

type Channel = new (...args: ConstructorParameters<typeof WorkerChannel>) => WorkerChannel;

/** A channel to a worker: of ours, with memory that it shares or not, or the one that `plain` is to threads.js. */
export function played(Channel: Channel, { shared = true, plain = undefined as WorkerConnection['plain'] } = {}) {
  const calls: Calls = [];
  const posted: unknown[] = [];
  const exits: ExitOf[] = [];
  const cells = shared ? new Int32Array(CELL * SLOTS) : undefined;
  const monitor = {
    post(message: unknown): void {
      if (refusal !== undefined) throw refusal;
      posted.push(message);
    },
    fail: (exit: ExitOf) => exits.push(exit),
    onMessage: (_data: unknown): void => {},
    onUnread: (): void => {},
  };
  let refusal: Error | undefined;
  const events: SlotEvents = {
    changed: () => calls.push('changed'),
    failed() {},
    proved: () => calls.push('proved'),
    exited() {},
    ran: (_latency, _run, count) => calls.push(['ran', count]),
    settled: (count, failures) => calls.push(['settled', count, failures]),
  };
  const poolEvents = new PoolEvents();
  const connection = { monitor, label: '', plain, cells, deliver: (data: unknown) => calls.push(['delivered', data]) };
  const channel = new Channel(
    connection as never,
    (exit) => exits.push(exit),
    events,
    new TaskEvents(7, poolEvents),
    new Utilization(),
  );
  return {
    channel,
    calls,
    posted,
    exits,
    stream: (options?: Parameters<typeof stream>[1]) => stream(calls, options),
    /** The id of the batch that was sent last. */
    lastId: (): number => [...channel.batches].at(-1)!.id,
    /** The worker begins `count` tasks of that batch, and ends them. */
    runs(id: number, count: number): void {
      const message = (posted as RunMessage[]).find((each) => each.type === RUN && each.id === id)!;
      const cell = new WorkerCell(cells, message.cellIndex, message.count);
      for (let at = 0; at < count; at++) cell.claim();
      cell.done(count);
    },
    /** The worker sends that. */
    says: (message: object): void => monitor.onMessage(message),
    unread: (): void => monitor.onUnread(),
    /** What is posted from now on is refused. */
    refuse: (error: Error): void => void (refusal = error),
    /** The calls since `heard` was called last. */
    heard: (): unknown[] => calls.splice(0),
    /** From now on the events of tasks are recorded, too. */
    listen(): void {
      poolEvents.listen({
        next: (event) =>
          calls.push([event.type, 'index' in event ? event.index : 0, ...('outcome' in event ? [event.outcome] : [])]),
        complete() {},
      });
    },
  };
}
