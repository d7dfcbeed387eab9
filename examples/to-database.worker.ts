import { expose } from 'rxjs-parallel/worker';
import { rowOf } from './to-database.row.ts';

const api = { row: rowOf };
expose(api);
export type RowsApi = typeof api;
