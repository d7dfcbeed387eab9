import { expose } from '../../dist/node/worker/index.js';
import { compute, noop, wait } from './tasks.js';

expose({ compute, noop, wait });
