import { expose } from 'rxjs-parallel/worker';
import { deeds } from './deeds.ts';

expose(deeds());
