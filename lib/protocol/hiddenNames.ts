/**
 * Globals of a page's worker, or of Deno's, that Node's has not, or that are another thing than in the page. In an inline
 * function they mean what it had around it: it does not have them (`inline/inlineText`), and is told so (`worker/inline/missingNames`).
 */
export const HIDDEN: readonly string[] = ['close', 'location', 'name', 'origin'];
