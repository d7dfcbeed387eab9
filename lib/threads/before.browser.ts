/** What `threads` is about to change in a page or its workers: nothing. `#before` in package.json chooses. */

export function restoreListeners(): void {}

export function restoreSelf(): void {}
