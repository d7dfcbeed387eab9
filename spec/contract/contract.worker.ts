import { expose } from '../../lib/worker/index.ts';
import { contractApi } from './contractApi.ts';

expose(contractApi());
