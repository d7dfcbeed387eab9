// Over the platform's Observable.
import {
  type Observable,
  type ObservablePool,
  type Operator,
  type PoolEvent,
  type Settled,
  parallelConcatMap,
  parallelMap,
  parallelMapUnordered,
} from 'rxjs-parallel/observable';
import { parallelMap as parallelMapOfRxJS } from 'rxjs-parallel';
import { showInDevTools, timeline } from 'rxjs-parallel/timeline';
import { is } from './same.ts';

const api = {
  count: (limit: number): number => limit,
  find: async (text: string) => text === '',
  words: (text: string) => text.split(' '),
};
declare const pool: ObservablePool<typeof api>;
declare const texts: Observable<string>;
declare const numbers: Observable<number>;

is<Observable<number>>()(parallelMap((n: number) => n * 2)(numbers));
is<Observable<string>>()(parallelMap(async (n: number) => String(n), 2)([1, 2]));
is<Observable<boolean>>()(parallelMapUnordered((worker, text: string) => worker.find(text), pool)(texts));
is<Observable<Settled<number, number>>>()(
  parallelMap((worker, n: number) => worker.count(n), pool, { onError: 'settle' })(numbers),
);
is<Observable<string>>()(parallelConcatMap((n: number) => [String(n)], 2)(numbers));
const lengths: Operator<string, number> = parallelMap((text: string) => text.length, 2);
is<Observable<number>>()(lengths(texts));
is<Observable<PoolEvent>>()(pool.events$);
is<Promise<number>>()(pool.run((worker) => worker.count(1)));
is<Observable<boolean>>()(pool.map((worker, text: string) => worker.find(text))(texts));
is<Observable<Settled<number, number>>>()(
  pool.mapUnordered((worker, n: number) => worker.count(n), { onError: 'settle' })([1, 2]),
);
is<Observable<string>>()(pool.concatMap((worker, text: string) => worker.words(text))(['a b']));
is<Observable<string>>()(pool.mergeMap((worker, text: string) => worker.words(text))(texts));
// Pools are for either, and a timeline is of either.
timeline(pool);
showInDevTools(pool);
parallelMapOfRxJS((worker, n: number) => worker.count(n), pool);

// @ts-expect-error: there is no such method
parallelMap((worker, n: number) => worker.cuont(n), pool);
// @ts-expect-error: there is no such method
pool.map((worker, n: number) => worker.cuont(n));
// @ts-expect-error: texts are no numbers
pool.map((worker, n: number) => worker.count(n))(texts);
// @ts-expect-error: texts are no numbers
parallelMap((n: number) => n, 2)(texts);
