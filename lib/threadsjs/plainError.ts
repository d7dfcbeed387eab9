/** Errors as threads.js carries them, which is not whole. */
import { remoteError } from '../protocol/remoteError.ts';
import { CloneError } from '../api/errors.ts';

/** What a plain threads.js worker threw: all that threads.js carries is name, message and stack. */
export function plainError(error: unknown, callSite?: Error): unknown {
  // threads.js takes this for a result that could not be sent; so it reached us as an error of that name.
  if (isNamed(error, 'DataCloneError'))
    return new CloneError(`A value cannot cross between threads: ${error.message}`, { cause: error });
  const packed = error as { __error_marker?: unknown; name?: string; message?: string; stack?: string } | null;
  const isError = error instanceof Error || (typeof packed === 'object' && packed?.__error_marker === '$$error');
  if (!isError) return error;
  const { name = 'Error', message = '', stack } = packed as Partial<Error>;
  return remoteError(
    {
      kind: 'graph',
      value: MARK,
      errors: [{ name, message, stack, of: name, ours: false, own: [] }],
      marks: [MARK],
    },
    callSite,
  );
}

const MARK = {};

function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}
