/** `rxjs-parallel/worker`: for the modules that run in workers. */
export { taskContext, type TaskContext } from '../protocol/taskContext.ts';
export { expose } from './expose.ts';
export { Transfer } from '../api/transfer.ts';
