import { close } from './silentEnd.worker.ts';

close();
