/** The module that runs inline functions in Node. */
import { serveInline } from './inline.ts';

// The text comes from the process that made this worker. It starts on the first line, so that a stack counts the
// function's own lines.
const compile = (source: string | undefined): never =>
  // oxlint-disable-next-line no-eval
  (0, eval)(`'use strict'; (__name) => (${source})\n//# sourceURL=inline-function`) as never;

serveInline(compile, (source) => (source === undefined ? undefined : compile(source)));
