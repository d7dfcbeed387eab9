/** Takes functions, not modules: the one it gets loads the tasks once in each worker. */
import { initRuntime, move, shutdown, spawn } from 'multithreading';

export const concurrency = { default: 4 };

function run(task, value) {
  const loaded = globalThis.loadedTasks;
  if (loaded !== undefined) return loaded[task](value);
  return import('../tasks.js').then((tasks) => {
    globalThis.loadedTasks = tasks;
    return tasks[task](value);
  });
}

export function open({ size }) {
  initRuntime({ maxWorkers: size });
  return {
    async call(task, value) {
      const outcome = await spawn(move(task, value), run).join();
      if (!outcome.ok) throw outcome.error;
      return outcome.value;
    },
    close: () => shutdown(),
  };
}
