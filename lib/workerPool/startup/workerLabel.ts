/** Which worker an error is about: stands after "A worker", "The worker". */
import { addressOf } from '#platform';

/** Of which pool it is, and of which module, as far as that is known; before it is there, of which pool. */
export type Label = (worker?: object) => string;

export const ofInline: Label = () => ' of an inline function';

export function ofModule(pool: string | undefined): Label {
  return (worker) => {
    const address = worker === undefined ? undefined : addressOf(worker);
    return `${pool === undefined ? '' : ` of the pool "${pool}"`}${address === undefined ? '' : ` (${address})`}`;
  };
}
