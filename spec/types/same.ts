// Compiled, never run, like all in this folder: also by other compilers, against the packed library.
import type { Observable } from 'rxjs';

/** `true` only where both are the same type, `any` and optional marks included. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type Proof<Actual, Expected> = Same<Actual, Expected> extends true ? [] : [expected: Expected, butGot: Actual];

/** Compiles only where the stream emits exactly `Expected`: `emits<number>()(stream)`. */
export function emits<Expected>() {
  return <Actual>(_stream: Observable<Actual>, ..._proof: Proof<Actual, Expected>): void => {};
}

/** Compiles only where the value is of exactly the type `Expected`. */
export function is<Expected>() {
  return <Actual>(_value: Actual, ..._proof: Proof<Actual, Expected>): void => {};
}
