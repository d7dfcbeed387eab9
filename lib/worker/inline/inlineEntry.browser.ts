/** The text before an inline function in a Blob worker; bundled into a string by `scripts/inline-runtime.js`. */
import { hideGlobals } from './hiddenGlobals.ts';
import { type Compiled, type CompiledSetup, serveInline } from './inline.ts';

hideGlobals();
Object.assign(globalThis, {
  [Symbol.for('rxjs-parallel.inline')]: (fn: Compiled, setup?: CompiledSetup) =>
    serveInline(
      () => fn,
      () => setup,
    ),
});
