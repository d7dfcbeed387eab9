import { expose } from 'rxjs-parallel/worker';
import { largeOrders } from './csv.orders.ts';

const api = { largeOrders };
expose(api);
export type CsvApi = typeof api;
