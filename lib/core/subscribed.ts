/** Frames kept of where a stream was subscribed: RxJS has some five for each operator after this one. */
const FRAMES = 100;

/** An error whose stack begins with what called `entry`, and reaches the code that subscribed. */
export function whereSubscribed(entry: (...args: never[]) => unknown): Error {
  const { stackTraceLimit: before } = Error;
  // Absent where the host knows no limit, or the program wants none; 0 where it wants no stacks; it may be frozen.
  const raised = before > 0 && before < FRAMES && Reflect.set(Error, 'stackTraceLimit', FRAMES);
  try {
    const error = new Error('subscribed');
    Error.captureStackTrace?.(error, entry);
    return error;
  } finally {
    if (raised) Error.stackTraceLimit = before;
  }
}
