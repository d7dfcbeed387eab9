import { array, assert, integer, property, record } from 'fast-check';
import { TaskTable } from '../../lib/timeline/taskTable.ts';

describe('The table of tasks', () => {
  it('knows of each that it keeps when its result was emitted, whatever is held, emitted and forgotten meanwhile', () => {
    // Many of them in one list.
    const tasks = record({
      stream: integer({ min: 0, max: 2 }),
      index: integer({ min: 0, max: 5 }).map((nth) => 4096 * nth),
      emits: integer({ min: 0, max: 40 }),
    });
    assert(
      property(array(tasks, { maxLength: 60 }), integer({ min: 1, max: 20 }), (all, most) => {
        const table = new TaskTable(most);
        /** What the table should hold, in the order in which it was added. */
        const model: { stream: number; index: number; emitted: number | undefined; held: boolean }[] = [];
        const emit = (at: number, time: number): void => {
          const task = model[at];
          if (task?.held !== true) return;
          // The last of its name, as a task that was tried again.
          const last = model.findLast(
            ({ held, index, stream }) => held && index === task.index && stream === task.stream,
          )!;
          last.held = false;
          last.emitted = time;
          table.emit(task.stream, task.index, time, time);
        };
        for (const [time, { emits, index, stream }] of all.entries()) {
          const row = table.next;
          if (table.size === 2 * most) {
            table.release(row);
            model[time - most]!.held = false;
          }
          table.add(0, stream, index, 'run', time, time, 'value');
          table.hold(row);
          model.push({ stream, index, emitted: undefined, held: true });
          emit(emits, time);
        }
        const kept = model.filter((_, at) => at < most || at >= all.length - most);
        expect(table.spans().map(({ emitted, index, stream }) => [stream, index, emitted])).toEqual(
          kept.map(({ emitted, index, stream }) => [stream, index, emitted]),
        );
      }),
    );
  });

  it('grows by blocks', () => {
    const table = new TaskTable(700);
    for (let index = 0; index < 3000; index++) table.add(0, 0, index, 'run', index, index + 1, 'value');
    const kept = Array.from({ length: 1400 }, (_, nth) => (nth < 700 ? nth : nth + 1600));
    expect(table.spans().map(({ start }) => start)).toEqual(kept);
  });
});
