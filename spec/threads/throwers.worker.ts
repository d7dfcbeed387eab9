import { expose } from 'rxjs-parallel/worker';
import { throwers } from './throwers.ts';

expose(throwers);
