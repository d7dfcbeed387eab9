import { Transfer, expose } from '../../dist/node/worker/index.js';
import * as tasks from '../tasks.js';

expose({ ...tasks, bounceMoved: (bytes) => Transfer(tasks.bounceMoved(bytes), [bytes.buffer]) });
