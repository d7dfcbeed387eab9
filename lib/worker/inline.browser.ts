/** The text before an inline function in a Blob worker; bundled into a string by `scripts/inline-runtime.js`. */
import { type Compiled, serveInline } from './inline.ts';

Object.assign(globalThis, {
  [Symbol.for('rxjs-parallel.inline')]: (compiled: Compiled) => serveInline(() => compiled),
});
