/** Workers, tasks in a stream, and which of these is faulty: late enough that the pool is in full swing. */
export const SIZE = 2;
export const COUNT = 60;
export const FAULTY = 20;
