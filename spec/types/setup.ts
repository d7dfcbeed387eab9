// What `setup` makes of the third argument of an inline function. Where it takes the context, that has a type.
import { range } from 'rxjs';
import { parallelMap, parallelMapIterable } from 'rxjs-parallel';
import { is } from './same.ts';

export const plain = range(1, 3).pipe(
  parallelMap(
    (n, _index, state) => {
      is<Map<string, number>>()(state);
      return state.get(String(n)) ?? 0;
    },
    2,
    { setup: () => new Map<string, number>() },
  ),
);

export const later = range(1, 3).pipe(
  parallelMap(
    (n, _index, state) => {
      is<{ index: number[] }>()(state);
      return state.index[n];
    },
    2,
    {
      context: { words: ['a'] },
      setup: async (context: { readonly words: readonly string[] }) => ({
        index: context.words.map((word) => word.length),
      }),
    },
  ),
);

export const pulled = parallelMapIterable([1], (n, _index, state) => state + n, 2, { setup: () => 1 });
