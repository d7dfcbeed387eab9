/** The errors of an inline function about names that it lacks in a worker. */
import { lastValueFrom, of, range, toArray } from 'rxjs';
import { ClosureError, parallelMap, parallelMapUnordered } from '../../lib/index.ts';

class Scale {
  factor = 2;

  private twice(n: number): number {
    return n * this.factor;
  }

  #half(n: number): number {
    return n / 2;
  }

  größer(n: number): number {
    return n + 1;
  }

  get functions(): Record<'arrow' | 'text' | 'maybe' | 'method' | 'private' | 'good', (n: number) => unknown> {
    return {
      arrow: (n) => n * this.factor,
      text: (n) => `${n} ${this.factor}`,
      maybe: (n) => (this as { cache?: Map<number, string> }).cache?.get(n) ?? 'miss',
      method: this.twice,
      private: this.#half,
      good: this.größer,
    };
  }
}

const failing = async (fn: (n: number) => unknown): Promise<Error> => {
  try {
    await lastValueFrom(of(1).pipe(parallelMap(fn, 1)));
  } catch (error) {
    return error as Error;
  }
  return new Error('it did not fail');
};

describe('An inline function that lacks something', () => {
  for (const which of ['arrow', 'text', 'maybe', 'method'] as const)
    it(`that uses the this of its class has an error that says so (${which})`, async () => {
      const error = await failing(new Scale().functions[which]);
      expect(error).toBeInstanceOf(ClosureError);
      expect(error.message).toMatch(/^The function uses "this", .* option context/);
    });

  it('may be a private method, or one with any name', async () => {
    const { good, private: half } = new Scale().functions;
    expect(await lastValueFrom(of(1).pipe(parallelMap(good, 1)))).toBe(2);
    expect(await lastValueFrom(of(4).pipe(parallelMap(half, 1)))).toBe(2);
  });

  for (const onError of ['skip', 'settle'] as const)
    it(`that lacks something ends its stream, with onError: ${onError}`, async () => {
      const outer = 3;
      const results = range(1, 2).pipe(
        parallelMapUnordered((n: number) => n * outer, 1, { onError }),
        toArray(),
      );
      const reason: unknown = await lastValueFrom(results).catch((error: unknown) => error);
      expect(reason).toBeInstanceOf(ClosureError);
      expect((reason as Error).message).toContain('"outer"');
    });

  it('has an error that says what to do about a missing name', async () => {
    const helper = (n: number): number => n;
    const tag = (parts: TemplateStringsArray, n: number): string => parts.join(String(n));
    const value = 1;
    class Thing {
      readonly here = true;
    }
    const cases: readonly (readonly [(n: number) => unknown, RegExp])[] = [
      [(n) => helper(n), /"helper".* a function cannot be given as context\./],
      [() => new Thing(), /"Thing".* a function cannot be given as context\./],
      [() => ({}) instanceof Thing, /"Thing".* a function cannot be given as context\./],
      [() => class extends Thing {}, /"Thing".* a function cannot be given as context\./],
      [(n) => tag`${n}`, /"tag".* a function cannot be given as context\./],
      [(n) => [n].map(helper), /"helper".* a function cannot be given as context\./],
      [(n) => Promise.resolve(n).then(helper), /"helper".* a function cannot be given as context\./],
      [(n) => [n].concat(value), /"value".*\{ context: \{ value \} \}, the third argument\) unless it is a function,/],
      [(n) => n + value, /"value".*\{ context: \{ value \} \}, the third argument\), import/],
      // @ts-expect-error: made by a compiler
      [(n) => __importStar(n), /"__importStar".* import\(\), for CommonJS/],
      // @ts-expect-error: made by a compiler
      [(n) => __generator(n), /"__generator".* "target"/],
      // @ts-expect-error: made by Vite
      [(n) => __vite_ssr_dynamic_import__(`./${n}.js`), /"__vite_ssr_dynamic_import__".* Vite/],
      [() => document.title, /"document".* A worker has none/],
    ];
    for (const [fn, message] of cases) {
      const error = await failing(fn);
      expect(error).withContext(String(fn)).toBeInstanceOf(ClosureError);
      expect(error.message).withContext(String(fn)).toMatch(message);
    }
  });

  it('has an error about a name that the worker of a page has, too', async () => {
    const name = 'outer';
    const origin = 1;
    const close = 9.5;
    const location = { lat: 1 };
    for (const [lacks, fn] of Object.entries({
      name: (n: number) => name + n,
      origin: (n: number) => n + origin,
      close: (n: number) => n - close,
      location: (n: number) => n * location.lat,
    })) {
      const error = await failing(fn);
      expect(error).withContext(lacks).toBeInstanceOf(ClosureError);
      expect(error.message).toMatch(new RegExp(`^The function uses "${lacks}", which it does not have in a worker`));
    }
  });

  it('may have such names of its own', async () => {
    const own = (n: number): string => {
      const location = { name: 'x' };
      return location.name + n;
    };
    expect(await lastValueFrom(of(1).pipe(parallelMap(own, 1)))).toBe('x1');
  });

  it('has an error about a global that has the name of what it had around it', async () => {
    const error = await failing(() => (crypto as unknown as { hash(): string }).hash());
    expect(error).toBeInstanceOf(ClosureError);
    expect(error.message).toContain('"crypto", which in a worker is the global of that name');
    expect(error.cause).toBeInstanceOf(TypeError);
    const local = await failing(() => {
      const crypto = {} as { hash(): string };
      return crypto.hash();
    });
    expect(local).toBeInstanceOf(TypeError);
    expect(local).not.toBeInstanceOf(ClosureError);
    const own = await failing(() => (Math as unknown as { none(): number }).none());
    expect(own).toBeInstanceOf(TypeError);
    expect(own).not.toBeInstanceOf(ClosureError);
  });
});
