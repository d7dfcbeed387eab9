import { expose } from '../../lib/worker/index.ts';
import { References } from './references.ts';

const passed = new References();

const api = {
  echo: (value: unknown): unknown => value,
  fail(): never {
    throw new RangeError('as it should');
  },
  never: (): Promise<never> => new Promise(() => {}),
  /** A result like its input; both are remembered. */
  renew: (input: { readonly payload: Uint8Array }): object =>
    passed.add({ payload: passed.add(new Uint8Array(passed.add(input).payload)) }),
  /** How many of those this thread has not let go of. */
  left: (): Promise<number> => passed.left(),
};
export type LeaksApi = typeof api;
expose(api);
