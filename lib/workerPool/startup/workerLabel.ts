/** The description of a worker in errors, after "A worker" or "The worker". */
import { addressOf } from '#platform';

/** Names the pool, and the module of `worker` if that is known. */
export type Label = (worker?: object) => string;

export const ofInline: Label = () => ' of an inline function';

export function ofModule(pool: string | undefined): Label {
  return (worker) => {
    const address = worker === undefined ? undefined : addressOf(worker);
    return `${pool === undefined ? '' : ` of the pool "${pool}"`}${address === undefined ? '' : ` (${address})`}`;
  };
}
