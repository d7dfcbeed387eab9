import { textsOf } from '../../lib/inline/inlineText.ts';

/** Evaluated as a worker does. */
// oxlint-disable-next-line no-eval
const evaluated = (fn: unknown): unknown => (0, eval)(`'use strict'; (${textsOf(String(fn), undefined).source})`);
const problem = (text: string): string | undefined => textsOf(text, undefined).problem;

class Shapes {
  plain(n: number): number {
    return n + 1;
  }
  async later(n: number): Promise<number> {
    return n + 1;
  }
  *many(n: number): Generator<number> {
    yield n + 1;
  }
  größer(n: number): number {
    return n + 1;
  }
  delete(n: number): number {
    return n + 1;
  }
  'with space'(n: number): number {
    return n + 1;
  }
  7(n: number): number {
    return n + 1;
  }
  [Symbol.iterator](n: number): number {
    return n + 1;
  }
  get(n: number): number {
    return n + 1;
  }
  async(n: number): number {
    return n + 1;
  }
  static made(n: number): number {
    return n + 1;
  }
  #own(n: number): number {
    return n + 1;
  }
  get private(): (n: number) => number {
    return this.#own;
  }
}

describe('The text of an inline function', () => {
  it('is an expression, whatever kind of function it is', async () => {
    const shapes = new Shapes();
    const outer = { n: 1 };
    const functions: Record<string, (n: number) => unknown> = {
      plain: shapes.plain,
      größer: shapes.größer,
      delete: shapes.delete,
      string: shapes['with space'],
      number: shapes[7],
      symbol: shapes[Symbol.iterator],
      get: shapes.get,
      async: shapes.async,
      static: Shapes.made,
      private: shapes.private,
      arrow: (n) => n + 1,
      named: function named(n: number) {
        return n + 1;
      },
      defaults: (n: number, more = ')'.repeat(1).length) => n + more,
    };
    for (const [name, fn] of Object.entries(functions))
      expect((evaluated(fn) as (n: number) => unknown)(1))
        .withContext(name)
        .toBe(2);
    expect(await (evaluated(shapes.later) as (n: number) => unknown)(1)).toBe(2);
    expect([...(evaluated(shapes.many) as (n: number) => Iterable<number>)(1)]).toEqual([2]);
    expect(outer.n).toBe(1);
    for (const text of [
      'async(n) => n + 1',
      'async n => n + 1',
      '(/* ) => */ n) => n + 1',
      '// (this)\n(n) => n + 1',
      'async => async + 1',
    ])
      expect(await (evaluated(text) as (n: number) => unknown)(1))
        .withContext(text)
        .toBe(2);
  });

  const USES: Readonly<Record<string, readonly string[]>> = {
    '"this"': [
      '(n) => n * this.k',
      '(n) => `${n} ${this.name}`',
      '(n) => `${`${this}`}`',
      "(n) => this.cache?.get(n) ?? 'miss'",
      '(n) => ({ ...this })',
      '(n = this.n) => n',
      '(n) => { if (n) { return () => this; } }',
      '(n) => n / 2 / this.k',
      '(n) => /[/"\']/.test(n) && this.k',
      '(n) => [1].map(function () { return 1; }, this)',
      'async (n) => await this.load(n)',
      'function (n) { return this.k * n; }',
      'function named(n) { return [n].map((each) => this.k * each); }',
      'double(n) { return this.k * n; }',
      'async *[Symbol.iterator](n) { yield this.k; }',
      'get x() { return this.k; }',
      '(n) => { for (const x of [1]) { n += this.k; } return n; }',
      '(n) => n ? this : n',
      '(n) => { if (n) /"/.test(n); return this.k; }',
      '(n) => n.of / this.k / 2',
      '(n) => { try { n(); } catch (e) { return this; } }',
    ],
    '"super"': ['double(n) { return super.double(n); }'],
    '"arguments"': ['(n) => arguments[0]'],
    '#k': ['double(n) { return #k in n; }', '#own(n) { return n.#k; }'],
    'new.target': ['(n) => new.target'],
    'import.meta': ['(n) => new URL(n, import.meta.href)'],
    "'./load.mjs'": ["async (n) => (await import('./load.mjs')).load(n)"],
    '"../load.mjs"': ['(n) => import("../load.mjs")'],
  };
  for (const [what, texts] of Object.entries(USES))
    it(`says that it uses ${what}`, () => {
      for (const text of texts) expect(problem(text)).withContext(text).toContain(what);
    });

  it('may use what is its own', () => {
    for (const text of [
      '(n) => n.this',
      '(n) => n?.this',
      '(n) => ({ this: n })',
      "(n) => 'this' + `this` + /this/.source",
      '(n) => { /* this */ return n; // this\n }',
      '(n) => { function f() { return this; } return f.call(n); }',
      '(n) => [n].map(function (each) { return this + each; }, 1)',
      '(n) => { class K { k = this; m() { return this; } } return new K().m(); }',
      '(n) => class extends Object { constructor() { super(); this.n = n; } }',
      '(n) => ({ m() { return this; }, get x() { return this; }, async *[n]() { yield this; } })',
      '(n) => ({ "m"() { return super.toString(); }, 7() { return this; }, #p() {} })'.replace(', #p() {}', ''),
      'function (n) { return arguments.length; }',
      'double(n) { return arguments.length; }',
      "(n) => import('node:fs')",
      "(n) => import(n + './x.js')",
      '(n) => n / 2 / 3',
      '(n) => ({ catch() { return this; }, return() { return this; } })',
      '(n) => { class K extends n({ a: 1 }) { k = this.m(); } return K; }',
      '(n) => { if (n) { return n; } while (n) { n--; } for await (const x of n) { } switch (n) { } try { } catch (e) { } }',
    ])
      expect(problem(text)).withContext(text).toBeUndefined();
  });

  it('that is not understood is left as it is', () => {
    for (const text of ["(n) => '", '(n) => `${', '(n) => `'])
      expect(textsOf(text, undefined)).toEqual({ source: text, setup: undefined, problem: undefined });
  });
});
