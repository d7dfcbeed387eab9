import type { PoolEvent } from '../../../lib/index.ts';
import { Batch } from '../../../lib/workerPool/channel/batch.ts';
import type { WorkerAttachment } from '../../../lib/workerPool/channel/workerAttachment.ts';
import { now } from '../../../lib/primitives/clock.ts';
import { PoolEvents } from '../../../lib/pool/poolEvents.ts';
import { TaskEvents } from '../../../lib/workerPool/channel/taskEvents.ts';

const attachment = { source: { stream: 3 } } as WorkerAttachment;

const task = (index: number) => ({
  ...{ seq: index, index, input: index, method: 'run', args: [index] },
  ...{ transfer: undefined, crashes: 0 },
});

function heardBy(listener: (event: PoolEvent) => void): TaskEvents {
  const events = new PoolEvents();
  events.listen({ next: listener, complete() {} });
  return new TaskEvents(0, events);
}

describe('The events of a task report', () => {
  it('its start once, and before its end, though the worker reported a later one first', () => {
    const events: string[] = [];
    const taskEvents = heardBy((event) => {
      if ('index' in event) events.push(`${event.type} ${event.index}`);
    });
    const batch = new Batch(attachment, [task(0), task(1), task(2)], -1, undefined);
    taskEvents.begun(batch, 1, 5);
    taskEvents.begun(batch, 1, 5);
    for (let offset = 0; offset < 3; offset++) taskEvents.ended(batch, offset, 'value', offset);
    expect(events).toEqual(['task:start 1', 'task:start 0', 'task:end 0', 'task:end 1', 'task:start 2', 'task:end 2']);
  });

  it('times between its sending and their report, whatever clock its worker has', () => {
    for (const skew of [-3_600_000, 3_600_000]) {
      const times: number[] = [];
      const taskEvents = heardBy(({ time }) => times.push(time));
      const sent = now();
      const batch = new Batch(attachment, [task(0)], -1, undefined, sent);
      taskEvents.begun(batch, 0, sent + skew);
      const reported = now();
      taskEvents.ended(batch, 0, 'value', sent + skew, sent + skew + 1);
      expect(times).withContext(`${skew} ms`).toHaveSize(2);
      expect(times[0]).toBeGreaterThanOrEqual(sent);
      expect(times[0]).toBeLessThanOrEqual(reported);
      expect(times[1]).toBeGreaterThanOrEqual(times[0]!);
      expect(times[1]).toBeLessThanOrEqual(now());
    }
  });

  it('an end that is not before the start, where the worker reported the start and this thread the end', () => {
    const times: number[] = [];
    const taskEvents = heardBy(({ time }) => times.push(time));
    const batch = new Batch(attachment, [task(0)], -1, undefined);
    taskEvents.ended(batch, 0, 'cancel', now() + 3_600_000);
    expect(times[1]).toBeGreaterThanOrEqual(times[0]!);
  });
});
