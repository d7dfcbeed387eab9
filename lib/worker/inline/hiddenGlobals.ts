/** Globals that the worker of a page has, or Deno's, and Node's has not: an inline function means what it had around it. */
export function hideGlobals(): void {
  for (const name of ['name', 'origin'])
    if (name in globalThis)
      Object.defineProperty(globalThis, name, {
        get(): never {
          throw new ReferenceError(`${name} is not defined`);
        },
        configurable: true,
      });
}
