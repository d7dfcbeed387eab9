import { move } from 'piscina';
import * as tasks from '../tasks.js';

export * from '../tasks.js';
export const bounceMoved = (bytes) => move(tasks.bounceMoved(bytes));
