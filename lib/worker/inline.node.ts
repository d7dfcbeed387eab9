/** The module that runs inline functions in Node. */
import { serveInline } from './inline.ts';

// The text comes from the process that made this worker.
// oxlint-disable-next-line typescript/no-implied-eval
serveInline((source) => new Function('__name', `'use strict'; return (${source});`) as never);
