import { exposed } from '../start.js';
import { expose, taskContext } from '../../../dist/node/worker/index.js';
import * as tasks from '../tasks.js';

expose({ ...tasks, listen: (task) => tasks.listen(task, taskContext().signal) });
exposed();
