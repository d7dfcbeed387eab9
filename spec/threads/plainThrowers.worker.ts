/** The same, as a worker that knows nothing of this library. */
import { expose } from 'threads/worker';
import { throwers } from './throwers.ts';

expose(throwers as never);
