import { exposed } from '../start.js';
import workerpool from 'workerpool';
import * as tasks from '../tasks.js';

workerpool.worker({
  ...tasks,
  /** README, `addAbortListener`: a task that stops when it is told to keeps its worker. */
  listen(task) {
    const signal = new EventTarget();
    this.worker.addAbortListener(async () => void signal.dispatchEvent(new Event('abort')));
    return tasks.listen(task, signal);
  },
});
exposed();
