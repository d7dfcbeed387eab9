import { expose } from '../../dist/lib/worker/index.js';
import { compute, noop, wait } from './tasks.js';

expose({ compute, noop, wait });
