/** Marbles in virtual time, on fake pools whose tasks end when a table says. */
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { FakePool, type FakeSettings } from './fakePool.ts';

/** Values are letters. A capital's task fails, with the letter as what is thrown. */
export const letters = {
  run(letter: string): string {
    if (letter !== letter.toLowerCase()) throw letter;
    return letter;
  },
};
export type Letters = typeof letters;

interface Helpers extends RunHelpers {
  readonly scheduler: TestScheduler;
  /** A pool of `size` slots on which the task of each letter takes as many frames as the table says, or 1. */
  crew(size: number, takes?: Readonly<Record<string, number>>, settings?: Partial<FakeSettings>): FakePool<Letters>;
}

export function marbles(test: (helpers: Helpers) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => {
    const crew: Helpers['crew'] = (size, takes = {}, settings = {}) =>
      new FakePool(letters, {
        size,
        scheduler,
        course: ({ input }) => ({ takes: takes[input as string] ?? 1 }),
        ...settings,
      });
    test({ ...helpers, scheduler, crew });
  });
}
