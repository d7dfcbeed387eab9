/** Importing `threads` has no side effects in a page. `#sideEffects` in package.json chooses. */

export function restoreListeners(): void {}

export function restoreSelf(): void {}
