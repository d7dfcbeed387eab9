// Functions that run in the workers themselves: their results, their context, their options.
import { type OperatorFunction, from, of } from 'rxjs';
import { type ParallelOptions, type Settled, parallelMap, parallelMapUnordered } from 'rxjs-parallel';
import { emits, is } from './same.ts';

const numbers = of(1, 2, 3);

// R is inferred, awaited where fn is async, and `workers` may be left out.
emits<number>()(numbers.pipe(parallelMap((n) => n * 2, 4)));
emits<string>()(numbers.pipe(parallelMapUnordered((n) => String(n), 4)));
emits<string>()(numbers.pipe(parallelMap(async (n) => String(n), 4)));
emits<{ n: number; index: number }>()(numbers.pipe(parallelMap((n, index) => ({ n, index }))));
emits<number>()(numbers.pipe(parallelMap((n) => n, undefined, { concurrency: 2 })));
emits<true | undefined>()(from(['a']).pipe(parallelMap((text) => (text === '' ? undefined : true), 1)));

// The parameters of fn are those of the stream.
numbers.pipe(
  parallelMap((n, index, context) => {
    is<number>()(n);
    is<number>()(index);
    is<undefined>()(context);
    return n;
  }, 2),
);
// @ts-expect-error: the stream is of numbers
numbers.pipe(parallelMap((text: string) => text, 2));

// Where the compiler does not know the source, the type of a parameter says it; the stream's may be narrower.
const ofNumber = parallelMap((n: number) => n, 2);
is<OperatorFunction<number, number>>()(ofNumber);
const ofText = parallelMap((text: string, index: number) => text.length + index, 2);
is<OperatorFunction<string, number>>()(ofText);
emits<string>()(from(['a']).pipe(parallelMap((value: unknown, index: number) => String(value) + index, 2)));
emits<number>()(numbers.pipe(parallelMap(Math.sqrt, 2)));

// Helpers around the operators.
const inWorkers = <T, R>(fn: (value: T) => R): OperatorFunction<T, Awaited<R>> => parallelMap(fn, 2);
const wrapped = <T, R>(fn: (value: T) => R): OperatorFunction<T, Awaited<R>> => parallelMap((value: T) => fn(value), 2);
emits<string>()(numbers.pipe(inWorkers(async (n: number) => String(n))));
emits<string>()(numbers.pipe(wrapped((n: number) => String(n))));

// `context` has the type that it was given.
const primes = [2, 3, 5] as const;
declare const factor: number;
emits<number>()(
  numbers.pipe(
    parallelMap(
      (n, _index, context) => {
        is<{ readonly table: readonly [2, 3, 5]; readonly by: number }>()(context);
        return n * context.by + context.table[0];
      },
      2,
      { context: { table: primes, by: factor } },
    ),
  ),
);
// @ts-expect-error: there is no context at all
numbers.pipe(parallelMap((n, _index, context: { by: number }) => n * context.by, 2));
// @ts-expect-error: there is no `missing` in the context
numbers.pipe(parallelMap((_n, _index, context) => context.missing as number, 2, { context: { by: 1 } }));

// `transfer` is asked with a value of the stream.
emits<number>()(
  of(new Uint8Array(8)).pipe(parallelMap((bytes) => bytes.length, 2, { transfer: (bytes, _index) => [bytes.buffer] })),
);

// `onError: 'settle'` changes the element type, `'skip'` and `'throw'` do not, and a choice made later gives both.
emits<Settled<number, string>>()(numbers.pipe(parallelMap((n) => String(n), 2, { onError: 'settle' })));
emits<Settled<number, string>>()(numbers.pipe(parallelMapUnordered(async (n) => String(n), 2, { onError: 'settle' })));
emits<string>()(numbers.pipe(parallelMap((n) => String(n), 2, { onError: 'skip' })));
emits<string>()(numbers.pipe(parallelMap((n) => String(n), 2, { onError: 'throw', timeout: 100 })));
declare const either: 'throw' | 'settle';
emits<string | Settled<number, string>>()(numbers.pipe(parallelMap((n) => String(n), 2, { onError: either })));
declare const options: ParallelOptions;
emits<string | Settled<number, string>>()(numbers.pipe(parallelMap((n) => String(n), 2, options)));

// An option that may be undefined is like one left out.
declare const limit: number | undefined;
declare const size: number | undefined;
emits<number>()(
  numbers.pipe(parallelMap((n) => n, size, { timeout: limit, window: limit, concurrency: limit, maxPending: limit })),
);
declare const onError: 'skip' | undefined;
emits<number>()(numbers.pipe(parallelMap((n) => n, 2, { onError })));

// @ts-expect-error: a number of workers is a number
numbers.pipe(parallelMap((n) => n, '4'));
// @ts-expect-error: there is no such option
numbers.pipe(parallelMap((n) => n, 2, { concurency: 2 }));
// @ts-expect-error: nor beside one that there is
numbers.pipe(parallelMap((n) => n, 2, { timeout: 1, concurency: 2 }));
// @ts-expect-error: what is pushed is in order or not by its operator
numbers.pipe(parallelMap((n) => n, 2, { ordered: false }));
// @ts-expect-error: `onError` is one of three words
numbers.pipe(parallelMap((n) => n, 2, { onError: 'ignore' }));
// @ts-expect-error: `batch` is a number or 'auto'
numbers.pipe(parallelMap((n) => n, 2, { batch: 'big' }));

// `key` is asked here with a value of the stream.
emits<string>()(from(['a']).pipe(parallelMap((text) => text, 2, { key: (text, index) => text.length + index })));
// @ts-expect-error: a text has no `id`
from(['a']).pipe(parallelMapUnordered((text) => text, 2, { key: (text) => text.id as number }));
