import fc from 'fast-check';
import { OTHER, cut, move, plainCopy, snapshot } from '../../lib/protocol/snapshot.ts';
import { lawRuns } from '../support/lawRuns.ts';

/** Plain data, some of it in more than one place of its value. */
const shared = fc.object({ maxDepth: 2 });
const data = shared.chain((twice) =>
  fc.anything({
    key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'length', '0')),
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
    withBoxedValues: true,
    values: [fc.integer(), fc.double(), fc.string(), fc.boolean(), fc.constantFrom(null, undefined, twice)],
  }),
);

/** All that is in a value, and which objects of it are the same: by the paths at which they are met first. */
function shapeOf(value: unknown): string[] {
  const met = new Map<unknown, string>();
  const shape: string[] = [];
  const visit = (at: unknown, path: string): void => {
    const before = met.get(at);
    if (typeof at !== 'object' || at === null)
      return void shape.push(`${path} ${typeof at} ${Object.is(at, -0) ? '-0' : String(at)}`);
    const plain = Object.getPrototypeOf(at) === Object.prototype;
    shape.push(`${path} ${before ?? `${Object.prototype.toString.call(at)} ${plain}`}`);
    if (before !== undefined) return;
    met.set(at, path);
    if (ArrayBuffer.isView(at)) {
      shape.push(`${path} ${String(new Uint8Array(at.buffer, at.byteOffset, at.byteLength))}`);
      return visit(at.buffer, `${path}.buffer`);
    }
    if (at instanceof Date) shape.push(String(at.getTime()));
    if (at instanceof Map || at instanceof Set)
      for (const [n, each] of [...at].flat().entries()) visit(each, `${path}#${n}`);
    else if (Object.prototype.toString.call(at) !== '[object Object]') shape.push(`${path} ${at.valueOf() === at}`);
    if (Array.isArray(at)) shape.push(String(at.length));
    for (const key of Object.keys(at)) visit((at as Record<string, unknown>)[key], `${path}/${key}`);
  };
  visit(value, '');
  return shape;
}

function objectsOf(value: unknown): Set<unknown> {
  const found = new Set<unknown>();
  const visit = (at: unknown): void => {
    if (typeof at !== 'object' || at === null || found.has(at)) return;
    found.add(at);
    if (ArrayBuffer.isView(at)) return visit(at.buffer);
    if (at instanceof Map || at instanceof Set) [...at].flat().forEach(visit);
    Object.values(at).forEach(visit);
  };
  visit(value);
  return found;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value);
/** A part of something larger. */
const part = (value: string): Uint8Array => {
  const all = bytesOf(`secret ${value} secret`);
  return all.subarray(7, 7 + value.length);
};

describe('A snapshot', () => {
  it('is what structured clone makes of plain data and the rest, and shares nothing with it', () => {
    fc.assert(
      fc.property(data, (value) => {
        const copy = snapshot(value);
        const originals = objectsOf(value);
        const same = shapeOf(copy).join('\n') === shapeOf(structuredClone(value)).join('\n');
        return same && ![...objectsOf(copy)].some((each) => originals.has(each));
      }),
      { numRuns: lawRuns(500) },
    );
    expect().nothing();
  });

  it('of plain data is made by hand', () => {
    for (const value of [
      { a: 1, b: 'x', c: true, d: null, e: undefined, f: 1n },
      Object.assign(Object.create(null), { deep: [{ list: [1, [2]] }] }),
      [],
      new Float64Array(2),
      { view: new DataView(new ArrayBuffer(3)), buffer: new ArrayBuffer(2) },
    ])
      expect(plainCopy(value)).not.toBe(OTHER);
    const twice = {};
    const sparse: number[] = [];
    sparse[2] = 1;
    for (const value of [
      new Map(),
      [twice, twice],
      sparse,
      Object.assign([1], { x: 2 }),
      Object.assign([], { x: 2 }),
      Object.assign(sparse.slice(), { x: 2, y: 2 }),
      new (class Point {
        x = 1;
      })(),
      JSON.parse('{ "__proto__": {} }'),
      () => 1,
      { deep: Symbol('s') },
      'abc'.match(/b/),
    ])
      expect(plainCopy(value)).toBe(OTHER);
    expect(plainCopy([[[[]]]], 3)).toEqual([[[[]]]]);
    expect(plainCopy([[[[]]]], 2)).toBe(OTHER);
  });

  it('reads a getter once', () => {
    let reads = 0;
    const value = {
      get n() {
        return ++reads;
      },
    };
    expect([snapshot(value), reads]).toEqual([{ n: 1 }, 1]);
  });

  it('keeps what is the same in it, and circles', () => {
    const twice = { n: 1 };
    const copy = snapshot({ a: twice, b: [twice] });
    expect(copy.a).toBe(copy.b[0] as never);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const other = snapshot(circle);
    expect(other.self).toBe(other);
  });

  it('is cut to what views show, wherever they are', () => {
    for (const holder of [
      (view: unknown) => view,
      (view: unknown) => ({ deep: [view] }),
      (view: unknown) => new Map([['key', view]]),
      (view: unknown) => new Map([[view, 'value']]),
      (view: unknown) => new Set([view]),
      (view: unknown) => [new Date(0), { view }],
    ]) {
      const copy = snapshot(holder(part('shown')));
      expect(shapeOf(copy)).toEqual(shapeOf(holder(Uint8Array.from(bytesOf('shown')))));
      const buffers = [...objectsOf(copy)].filter((each) => each instanceof ArrayBuffer);
      expect(buffers.map(({ byteLength }) => byteLength)).toEqual([5]);
    }
    expect(snapshot(new DataView(new ArrayBuffer(64), 8, 4)).buffer.byteLength).toBe(4);
  });

  it('keeps views of one buffer together, and shows nothing but what they show', () => {
    const all = bytesOf('secret one hidden two secret');
    const copy = snapshot({ one: all.subarray(7, 10), two: all.subarray(18, 21), inner: all.subarray(8, 10) });
    expect([text(copy.one), text(copy.two), text(copy.inner)]).toEqual(['one', 'two', 'ne']);
    expect(copy.one.buffer).toBe(copy.two.buffer);
    copy.one[1] = 65;
    expect(text(copy.inner)).toBe('Ae');
    expect(text(new Uint8Array(copy.one.buffer))).not.toMatch(/secret|hidden/);
    const { whole, some } = snapshot({ whole: all.buffer, some: all.subarray(7, 10) });
    expect([some.buffer, some.byteOffset]).toEqual([whole, 7]);
  });

  it('of plain data copies no more of a buffer than its views show', () => {
    const all = new Uint8Array(64).fill(7);
    const cloned = spyOn(globalThis, 'structuredClone').and.callThrough();
    const copy = snapshot({ head: all.subarray(8, 10), rest: [new DataView(all.buffer, 12, 4), all.subarray(9, 13)] });
    expect(cloned).not.toHaveBeenCalled();
    expect([copy.head.buffer.byteLength, copy.head.byteOffset, copy.rest[1]!.byteOffset]).toEqual([8, 0, 1]);
    expect(copy.rest[0]!.buffer).toBe(copy.head.buffer);
    expect(new Uint8Array(copy.head.buffer)).toEqual(new Uint8Array(8).fill(7));
  });

  it('of thousands of views of one buffer takes the same for each', () => {
    const all = new Uint8Array(800_000);
    const views = (count: number): Uint8Array[] =>
      Array.from({ length: count }, (_, at) => all.subarray(4 * at, 4 * at + 2));
    // A list of them that is made anew for each took a minute for 20 000.
    let listed = 0;
    const { set } = Map.prototype;
    spyOn(Map.prototype, 'set').and.callFake(function (this: Map<unknown, unknown>, key, value) {
      if (Array.isArray(value)) listed += value.length;
      return set.call(this, key, value);
    });
    expect(snapshot(new Set(views(1000))).size).toBe(1000);
    expect(listed).toBeLessThan(2000);
    // More than a call can have arguments.
    const [first, , third] = snapshot(views(200_000));
    expect([first!.buffer.byteLength, third!.byteOffset]).toEqual([799_998, 8]);
    expect(third!.buffer).toBe(first!.buffer);
  });

  it('of a view that its buffer has become too short for is refused; one that follows it shows what it shows', () => {
    const resizable = (): ArrayBuffer => {
      const Resizable = ArrayBuffer as unknown as new (
        length: number,
        options: { maxByteLength: number },
      ) => ArrayBuffer;
      const buffer = new Resizable(8, { maxByteLength: 16 });
      new Uint8Array(buffer).set([1, 2, 3, 4, 5, 6, 7, 8]);
      return buffer;
    };
    // Not every browser has them.
    if ((resizable() as { resizable?: boolean }).resizable !== true) return expect().nothing();
    const shrunk = <View extends ArrayBufferView>(view: View, length: number): View => {
      (view.buffer as unknown as { resize(length: number): void }).resize(length);
      return view;
    };
    for (const holder of [
      (view: unknown) => view,
      (view: unknown) => [view, view],
      (view: unknown) => new Map([[view, new Date(0)]]),
      (view: unknown) => ({ view, buffer: (view as ArrayBufferView).buffer }),
    ]) {
      for (const view of [
        shrunk(new Uint8Array(resizable(), 4, 4), 6),
        shrunk(new Uint8Array(resizable(), 4), 3),
        shrunk(new BigInt64Array(resizable(), 0, 1), 4),
        shrunk(new DataView(resizable(), 4, 4), 6),
      ])
        expect(() => snapshot(holder(view))).toThrow();
      const { view } = snapshot({ view: shrunk(new Uint8Array(resizable(), 2), 4), of: holder(0) });
      expect([...view]).toEqual([3, 4]);
    }
    expect(snapshot(shrunk(new Uint8Array(resizable()), 0)).length).toBe(0);
  });

  it('keeps the kinds of elements, at their places', () => {
    const buffer = new ArrayBuffer(64);
    new Float64Array(buffer, 40, 1)[0] = 2.5;
    const value = new Map<string, ArrayBufferView>([
      ['bytes', new Uint8Array(buffer, 39, 20)],
      ['number', new Float64Array(buffer, 40, 1)],
    ]);
    const copy = snapshot(value);
    expect(copy.get('number')).toEqual(Float64Array.of(2.5));
    expect(copy.get('bytes')).toEqual(new Uint8Array(buffer, 39, 20));
  });

  it('shares memory that is shared', () => {
    if (typeof SharedArrayBuffer === 'undefined') return expect(globalThis.crossOriginIsolated).toBeFalse();
    const memory = new SharedArrayBuffer(64);
    for (const copy of [snapshot(memory), snapshot({ memory }).memory, snapshot(new Map([[1, memory]])).get(1)!]) {
      new Uint8Array(memory)[0]!++;
      expect(new Uint8Array(copy)).toEqual(new Uint8Array(memory));
    }
    const view = snapshot(new Map([[1, new Int32Array(memory, 4, 2)]])).get(1)!;
    expect([view.byteOffset, view.length, view.buffer.byteLength]).toEqual([4, 2, 64]);
  });

  it('throws what structured clone throws', () => {
    for (const value of [() => 1, Symbol('s'), { deep: [() => 1] }, new Map([[1, Symbol('s')]]), new WeakMap()])
      expect(() => snapshot(value)).toThrow(jasmine.objectContaining({ name: 'DataCloneError' }));
    const bytes = new Uint8Array(4);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    for (const value of [bytes, bytes.buffer, { bytes }]) expect(() => snapshot(value)).toThrow();
  });
});

describe('What is moved', () => {
  it('is gone where it was, and the rest is copied and cut', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const rest = { list: [1], view: part('shown') };
    const { value, transfer, plain } = move({ bytes, rest }, [bytes.buffer, bytes.buffer]);
    const own = value as { bytes: Uint8Array; rest: typeof rest };
    expect(own).toEqual({ bytes: Uint8Array.of(1, 2, 3), rest: { list: [1], view: bytesOf('shown') as never } });
    expect([bytes.byteLength, plain, transfer.length]).toEqual([0, true, 1]);
    expect(transfer[0]).toBe(own.bytes.buffer);
    expect(own.rest.list).not.toBe(rest.list);
    expect(own.rest.view.buffer.byteLength).toBe(5);
  });

  it('may be in what is no plain data', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const parts = new Map([
      ['moved', bytes.subarray(1)],
      ['copied', part('shown')],
    ]);
    const { value, plain } = move({ at: new Date(0), parts }, [bytes.buffer]);
    const own = (value as { parts: typeof parts }).parts;
    expect([bytes.byteLength, plain]).toEqual([0, false]);
    expect([own.get('moved'), own.get('moved')!.buffer.byteLength]).toEqual([Uint8Array.of(2, 3), 3]);
    expect(own.get('copied')!.buffer.byteLength).toBe(5);
  });

  it('is moved once', () => {
    const bytes = new Uint8Array(8);
    move(bytes, [bytes.buffer]);
    expect(() => move(bytes, [bytes.buffer])).toThrowError(TypeError, /has been moved already/);
    const empty = new ArrayBuffer(0);
    expect((move(empty, [empty]).value as ArrayBuffer).byteLength).toBe(0);
    expect(() => move(empty, [empty])).toThrowError(TypeError, /has been moved already/);
    const { port1 } = new MessageChannel();
    const { value } = move(port1, [port1]);
    (value as MessagePort).close();
    expect(() => move(port1, [port1])).toThrow();
  });
});

describe('A clone', () => {
  it('whose views show all is left as it is', () => {
    const clone = new Map([['bytes', Uint8Array.of(1, 2)]]);
    const bytes = clone.get('bytes');
    expect(cut(clone).get('bytes')).toBe(bytes);
  });
});
