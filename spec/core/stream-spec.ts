import { Pulled } from '../../lib/core/pulled.ts';
import { Stream } from '../../lib/core/stream.ts';
import { Unordered } from '../../lib/core/unordered.ts';
import { planOf } from '../../lib/options.ts';
import type { Place, Task } from '../../lib/pool.ts';

describe('A stream with a window', () => {
  it('reads nothing more while what it has read is back in the queue', () => {
    let read = 0;
    function* source(): Generator<number> {
      for (;;) yield read++;
    }
    // Of a pool whose workers take eight at once, and have no room now.
    const place: Place = { hungry: false, ahead: 8, wake() {}, cancel() {}, leave() {} };
    const intake = new Pulled(source());
    const stream = new Stream(
      { size: 1, attach: () => place },
      planOf('spec', { window: 4 }, false),
      intake,
      new Unordered(),
      (value: unknown) => ({ method: 'echo', args: [value], transfer: undefined }),
      { next() {}, error() {}, complete() {} },
      new Error('subscribed'),
    );
    intake.feed(stream);
    stream.drain();
    const tasks: Task[] = [];
    for (let task = stream.next(); task !== undefined; task = stream.next()) tasks.push(task);
    expect(tasks.length).toBe(4);
    stream.putBack(tasks);
    stream.drain();
    expect(read).toBe(4);
    expect(stream.waiting()).toBe(4);
  });
});
