import type { PoolEvent } from 'rxjs-parallel';
import { Batch } from '../../lib/threads/batch.ts';
import type { Seat } from '../../lib/threads/seat.ts';
import { Teller } from '../../lib/threads/teller.ts';

describe('A pool tells of a task', () => {
  it('that it has begun once, and before its end, though the worker told of a later one first', () => {
    const events: string[] = [];
    const teller = new Teller(0, () => (event: PoolEvent) => {
      if ('index' in event) events.push(`${event.type} ${event.index}`);
    });
    const task = (index: number) => ({
      ...{ seq: index, index, input: index, method: 'run', args: [index] },
      ...{ transfer: undefined, crashes: 0 },
    });
    const batch = new Batch({} as Seat, [task(0), task(1), task(2)], -1, undefined);
    teller.begun(batch, 1, 5);
    teller.begun(batch, 1, 5);
    for (let offset = 0; offset < 3; offset++) teller.ended(batch, offset, 'value', offset);
    expect(events).toEqual(['task:start 1', 'task:start 0', 'task:end 0', 'task:end 1', 'task:start 2', 'task:end 2']);
  });
});
