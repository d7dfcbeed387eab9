/** For piscina and tinypool: the tasks are what the module exports. */
import { exposed } from '../start.js';

export * from '../tasks.js';
exposed();
