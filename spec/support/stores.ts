/** Contexts as Node has them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Contexts } from '../contract/contextContract.ts';

const storage = new AsyncLocalStorage<string>();

export const stores: Contexts = {
  install: () => () => {},
  run: (name, act) => storage.run(name, act),
  current: () => storage.getStore(),
  awaits: true,
};
