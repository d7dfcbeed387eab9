import { localPool } from '../../lib/index.ts';
import { methodNames, methodOf } from '../../lib/protocol/methods.ts';

class Base {
  greet(name: string): string {
    return `Hello ${name}`;
  }

  shadowed(): string {
    return 'base';
  }
}

class Counter extends Base {
  #count = 0;
  readonly own = (): number => ++this.#count;

  count(by: number): number {
    return (this.#count += by);
  }

  override shadowed(): string {
    return `${super.shadowed()} and more`;
  }

  get hostile(): () => void {
    throw new Error('not to be read');
  }

  static make(): Counter {
    return new Counter();
  }
}

describe('The methods of an api', () => {
  it('are those of the class of an instance too, called on it', async () => {
    const pool = localPool(new Counter());
    expect(await pool.run((worker) => worker.count(2))).toBe(2);
    expect(await pool.run((worker) => worker.own())).toBe(3);
    expect(await pool.run((worker) => worker.greet('you'))).toBe('Hello you');
    expect(await pool.run((worker) => worker.shadowed())).toBe('base and more');
  });

  it('are no getters, no constructor, and nothing that every object inherits', () => {
    const api = new Counter() as never;
    expect(methodNames(api).sort()).toEqual(['count', 'greet', 'own', 'shadowed']);
    for (const name of ['hostile', 'constructor', 'toString', 'hasOwnProperty', '__proto__', 'make'])
      expect(() => methodOf(api, name))
        .withContext(name)
        .toThrowError(TypeError, /exposes own, count, shadowed, greet$/);
  });

  it('of an object without a prototype are its own', () => {
    const api = Object.assign(Object.create(null) as object, { one: () => 1 }) as never;
    expect(methodNames(api)).toEqual(['one']);
    expect(() => methodOf(api, 'toString')).toThrowError(TypeError);
  });
});
