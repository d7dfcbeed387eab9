/** In a page importing `threads` has no side effects. `#sideEffects` in package.json selects this file. */

export function restoreListeners(): void {}

export function restoreSelf(): void {}
