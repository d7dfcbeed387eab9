/** Inline functions that use names which they lack in a worker, and all kinds of function that may be sent. */
import { lastValueFrom, of } from 'rxjs';
import { ClosureError, parallelMap } from '../../lib/index.ts';

const inWorker = (fn: (n: number) => unknown): Promise<unknown> => lastValueFrom(of(3).pipe(parallelMap(fn, 1)));

class Base {
  text(): string {
    return 'base';
  }
}

class Scaler extends Base {
  factor = 2;
  cache: Map<number, string> | undefined;
  #secret = 1;
  readonly arrows = {
    field: (n: number) => n * this.factor,
    chained: (n: number) => this.cache?.get(n) ?? 'miss',
    template: (_n: number) => `${this.factor}`,
    // oxlint-disable-next-line typescript/no-misused-spread
    spread: (_n: number) => ({ ...this }),
  };
  method(n: number): number {
    return n * this.factor;
  }
  overriding(): string {
    return super.text();
  }
  get secret(): number {
    return this.#secret;
  }
}

describe('An inline function and what is around it', () => {
  const scaler = new Scaler();
  for (const [name, fn] of Object.entries({ ...scaler.arrows, method: scaler.method, overriding: scaler.overriding }))
    it(`that uses what is around it has an error that says so: ${name}`, async () => {
      await expectAsync(inWorker(fn)).toBeRejectedWithError(ClosureError, /uses "(?:this|super)"/);
    });

  it('that uses arguments of the function around has one, too', async () => {
    const fns = (function (..._all: number[]) {
      return [(n: number) => n + arguments.length, (n: number) => n + arguments[0], () => [...arguments]];
    })(1, 2);
    for (const fn of fns) await expectAsync(inWorker(fn)).toBeRejectedWithError(ClosureError, /"arguments"/);
  });

  const key = 'computed';
  const methods = {
    plain: (n: number) => n * 2,
    größer(n: number) {
      return n * 2;
    },
    delete(n: number) {
      return n * 2;
    },
    async(n: number) {
      return n * 2;
    },
    get(n: number) {
      return n * 2;
    },
    'two words'(n: number) {
      return n * 2;
    },
    12(n: number) {
      return n * 2;
    },
    [[key][0]!](n: number) {
      return n * 2;
    },
    async later(n: number) {
      return n * 2;
    },
    asyncArrow: async (n = Math.max(1, 2)) => n * 2,
    own(n: number) {
      class Own {
        by = 2;
        scale = (value: number): number => value * this.by;
      }
      return new Own().scale(n);
    },
  };
  for (const [name, fn] of Object.entries(methods))
    it(`may be a function of any kind: ${name}`, async () => {
      expect(await inWorker(fn as (n: number) => unknown)).toBe(6);
    });

  it('has advice that fits what is missing', async () => {
    const value = Math.random();
    const helper = (n: number): number => n + value;
    await expectAsync(inWorker((n) => n + value)).toBeRejectedWithError(ClosureError, /Give it as the option context/);
    await expectAsync(inWorker((n) => helper(n))).toBeRejectedWithError(ClosureError, /cannot be given as context/);
    await expectAsync(inWorker(() => (document as any).title)).toBeRejectedWithError(ClosureError, /A worker has none/);
  });
});
