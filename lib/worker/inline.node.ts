/** The module that runs inline functions in Node. */
import { serveInline } from './inline.ts';

serveInline((source) => new Function('__name', `'use strict'; return (${source});`) as never);
