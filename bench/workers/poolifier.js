import { ThreadWorker } from 'poolifier';
import * as tasks from '../tasks.js';

const { noop, spin20us, spin300us, spin1ms, spin50ms, skewed, enrich, priced, bounce } = tasks;
// A result cannot be moved: `bounceMoved` is moved on the way there and copied on the way back.
export default new ThreadWorker({
  noop,
  spin20us,
  spin300us,
  spin1ms,
  spin50ms,
  skewed,
  enrich,
  priced,
  bounce,
  bounceMoved: bounce,
});
