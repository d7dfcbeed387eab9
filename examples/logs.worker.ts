import { expose, Transfer } from 'rxjs-parallel/worker';
import { linesOf, type Part } from './logs.generate.ts';
import { tallyOf } from './logs.tally.ts';

const api = {
  tally: tallyOf,
  lines(part: Part) {
    const bytes = linesOf(part);
    return Transfer(bytes, [bytes.buffer]);
  },
};
expose(api);
export type LogsApi = typeof api;
