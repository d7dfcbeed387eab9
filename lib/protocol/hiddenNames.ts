/**
 * Globals of a worker of a page or of Deno that a worker of Node lacks, or that differ from those of the page. An inline function
 * that uses such a name means a variable around it: the globals are hidden from it (`inline/inlineText`), and errors say so
 * (`worker/inline/missingNames`).
 */
export const HIDDEN: readonly string[] = ['close', 'location', 'name', 'origin'];
