/** Errors whose stack is a call site. */

/** Frames kept of where a stream was subscribed: RxJS has about five for each operator after this one. */
const STREAM_FRAMES = 100;
/** Frames kept of where a call was made, with no frames of RxJS in between: each costs about 200 ns. */
const CALL_FRAMES = 4;

/** An error whose stack begins with the caller of `entry`, and reaches the code that subscribed. */
export const subscriptionSite = (entry: (...args: never[]) => unknown): Error => stackFrom(entry, STREAM_FRAMES);

/** The same for a call. */
export const callSiteOf = (entry: (...args: never[]) => unknown): Error => stackFrom(entry, CALL_FRAMES);

function stackFrom(entry: (...args: never[]) => unknown, frames: number): Error {
  const { stackTraceLimit: before } = Error;
  // The limit is absent where the host has none or the program removed it, 0 where the program wants no stacks, or frozen.
  const limited = before > 0 && Error.captureStackTrace !== undefined && limit(0);
  try {
    const error = new Error('subscribed');
    if (limited) limit(frames);
    Error.captureStackTrace?.(error, entry);
    return error;
  } finally {
    if (limited) limit(before);
  }
}

const limit = (frames: number): boolean => Reflect.set(Error, 'stackTraceLimit', frames);
