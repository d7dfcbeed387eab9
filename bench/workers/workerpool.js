import workerpool from 'workerpool';
import * as tasks from '../tasks.js';

workerpool.worker({
  ...tasks,
  bounceMoved: (bytes) => new workerpool.Transfer(tasks.bounceMoved(bytes), [bytes.buffer]),
});
