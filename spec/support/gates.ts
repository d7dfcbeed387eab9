/** A fake pool whose tasks end when a spec says so, and sources that record what is done to them. */
import { FakePool, type FakeSettings } from './fakePool.ts';

export class Gates {
  readonly fake: FakePool<{ run(n: any): Promise<any> }>;
  readonly #open = new Map<unknown, { resolve(value: unknown): void; reject(error: unknown): void }>();

  constructor(size: number, settings: Partial<FakeSettings> = {}) {
    const run = (n: unknown): Promise<unknown> =>
      new Promise((resolve, reject) => this.#open.set(n, { resolve, reject }));
    this.fake = new FakePool({ run }, { size, course: () => ({ takes: 0 }), ...settings });
  }

  /** Ends the task of that input; resolves when all that follows has happened. */
  async end(input: unknown, value: unknown = input): Promise<void> {
    this.#open.get(input)!.resolve(value);
    await turn();
  }

  async fail(input: unknown, error: unknown): Promise<void> {
    this.#open.get(input)!.reject(error);
    await turn();
  }
}

/** Resolves when everything that can go on by itself has gone on. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Numbers from 0, and what has been done with them. */
export class Counter {
  read = 0;
  closed = 0;
  readonly #end: number;

  constructor(end: number = Infinity) {
    this.#end = end;
  }

  *numbers(): Generator<number> {
    try {
      while (this.read < this.#end) yield this.read++;
    } finally {
      this.closed++;
    }
  }

  async *later(): AsyncGenerator<number> {
    try {
      while (this.read < this.#end) {
        await turn();
        yield this.read++;
      }
    } finally {
      await turn();
      this.closed++;
    }
  }
}

/** What a promise rejects with. */
export async function reason(promise: Promise<unknown>): Promise<any> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It did not reject');
}

/** What is iterated until the end or an error, and that error. */
export async function all<T>(iterable: AsyncIterable<T>): Promise<{ values: T[]; error?: unknown }> {
  const values: T[] = [];
  try {
    for await (const value of iterable) values.push(value);
  } catch (error) {
    return { values, error };
  }
  return { values };
}
