/** A worker whose module others import, too. */
import { expose } from '../../lib/worker/index.ts';

export const api = { double: (n: number): number => 2 * n };
expose(api);
export type ImportableApi = typeof api;
