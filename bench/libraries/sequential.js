/** The loop that all the others are to beat: the task on the main thread. */
import { map } from 'rxjs';
import * as all from '../tasks.js';

const tasks = { ...all };

export function open() {
  return {
    operator: ({ task, input }) => (input === undefined ? map(tasks[task]) : map((n) => tasks[task](input(n)))),
    call: (task, value) => tasks[task](value),
    async yields({ task, value }, take) {
      for (const each of tasks[task](value)) take(each);
    },
    close() {},
  };
}
