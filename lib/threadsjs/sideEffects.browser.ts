/** What `threads` is about to change in a page or its workers: nothing. `#sideEffects` in package.json chooses. */

export function restoreListeners(): void {}

export function restoreSelf(): void {}
