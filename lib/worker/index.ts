/** `rxjs-parallel/worker`: for the modules that run in workers. */
export type { TaskContext } from '../api/types/taskContext.ts';
export { taskContext } from '../protocol/taskContext.ts';
export { expose } from './expose.ts';
export { Transfer } from '../api/transfer.ts';
