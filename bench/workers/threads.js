import { Transfer, expose } from 'threads/worker';
import * as tasks from '../tasks.js';

expose({ ...tasks, bounceMoved: (bytes) => Transfer(tasks.bounceMoved(bytes), [bytes.buffer]) });
