import { expose } from 'rxjs-parallel/worker';
import { contractApi } from './contractApi.ts';

expose(contractApi());
