import { expose } from 'rxjs-parallel/worker';

const api = {
  *multiples(of: number, upTo: number): Generator<number> {
    for (let n = of; n <= upTo; n += of) yield n;
  },
  *naturals(): Generator<number> {
    for (let n = 1; ; n++) yield n;
  },
};
expose(api);
export type RowsApi = typeof api;
