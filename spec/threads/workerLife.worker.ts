/** A worker that knows who it is. */
import { expose } from '../../lib/worker/index.ts';

const id = crypto.randomUUID();

const api = {
  who: (): string => id,
  echo: (value: unknown): unknown => value,
  async later(ms: number): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return id;
  },
  loop(): never {
    for (;;);
  },
};
expose(api);
export type LifeApi = typeof api;
