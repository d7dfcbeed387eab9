import { expose } from '../../lib/worker/index.ts';
import { deeds } from './deeds.ts';

expose(deeds());
