/** The text before an inline function in a Blob worker; bundled into a string by `scripts/inline-runtime.js`. */
import { type Compiled, type CompiledSetup, serveInline } from './inline.ts';

Object.assign(globalThis, {
  [Symbol.for('rxjs-parallel.inline')]: (fn: Compiled, setup?: CompiledSetup) =>
    serveInline(
      () => fn,
      () => setup,
    ),
});
