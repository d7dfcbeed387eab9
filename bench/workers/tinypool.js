import { Tinypool } from 'tinypool';
import * as tasks from '../tasks.js';

export * from '../tasks.js';
export const bounceMoved = (bytes) => Tinypool.move(tasks.bounceMoved(bytes));
