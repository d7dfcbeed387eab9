/** Which worker this is: its number in Node, its name in a page. */
export const worker =
  globalThis.process?.getBuiltinModule('node:worker_threads').threadId ?? Reflect.get(globalThis, 'name');
