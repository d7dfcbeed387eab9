/** Frames kept of where a stream was subscribed: RxJS has some five for each operator after this one. */
const FRAMES = 100;

/** An error whose stack begins with what called `entry`, and reaches the code that subscribed. */
export function whereSubscribed(entry: (...args: never[]) => unknown): Error {
  const { stackTraceLimit: before } = Error;
  // Absent where the host knows no limit; 0 where the program wants no stacks.
  const raised = before > 0 && before < FRAMES && Reflect.set(Error, 'stackTraceLimit', FRAMES);
  const error = new Error('subscribed');
  Error.captureStackTrace?.(error, entry);
  if (raised) Error.stackTraceLimit = before;
  return error;
}
