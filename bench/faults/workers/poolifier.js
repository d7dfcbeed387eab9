import { exposed } from '../start.js';
import { ThreadWorker } from 'poolifier';
import * as tasks from '../tasks.js';

export default new ThreadWorker({ ...tasks });
exposed();
