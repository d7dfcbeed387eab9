// A threads.js Pool that the user already has, in the form that threads.js's own documentation uses.
import { of } from 'rxjs';
import { type Settled, parallelMap, parallelMapUnordered } from 'rxjs-parallel';
import type { Pool, spawn } from 'threads';
import { emits } from './same.ts';

type Counter = {
  count(limit: number): number;
  find(text: string): Promise<boolean>;
};
declare const makePool: typeof Pool;
declare const start: typeof spawn;
declare const worker: Parameters<typeof spawn>[0];
const numbers = of(1, 2, 3);
const pool = makePool(() => start<Counter>(worker), 4);

emits<number>()(numbers.pipe(parallelMap((thread, n) => thread.count(n), pool)));
emits<boolean>()(of('a').pipe(parallelMapUnordered((thread, text) => thread.find(text), pool)));
emits<Settled<number, number>>()(
  numbers.pipe(parallelMap((thread, n) => thread.count(n), pool, { onError: 'settle' })),
);
// @ts-expect-error: there is no such method
numbers.pipe(parallelMap((thread, n) => thread.cuont(n), pool));
// @ts-expect-error: an argument of the wrong type
numbers.pipe(parallelMap((thread, n) => thread.find(n), pool));
