import { expose } from '../../lib/worker/index.ts';
import { throwers } from './throwers.ts';

expose(throwers);
