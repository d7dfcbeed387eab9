import { expose } from '../../lib/worker/index.ts';
import { oddApi } from './oddErrors.ts';

expose(oddApi);
