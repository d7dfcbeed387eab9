/** The text before an inline function in a Blob worker; bundled into a string by `scripts/inline-runtime.js`. */
import { type Compiled, type CompiledSetup, serveInline } from './inline.ts';

// A worker has globals of these names, which a function means no more than Node's has them: it means what it had around it.
for (const name of ['name', 'origin'])
  Object.defineProperty(globalThis, name, {
    get(): never {
      throw new ReferenceError(`${name} is not defined`);
    },
    configurable: true,
  });

Object.assign(globalThis, {
  [Symbol.for('rxjs-parallel.inline')]: (fn: Compiled, setup?: CompiledSetup) =>
    serveInline(
      () => fn,
      () => setup,
    ),
});
