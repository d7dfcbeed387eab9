// Results as they arrive: what structured clone makes of what a method returns.
import { of } from 'rxjs';
import {
  type Call,
  type Cloned,
  type ClonedFields,
  type Settled,
  type WorkerPool,
  localPool,
  parallelMap,
  parallelMapIterable,
} from 'rxjs-parallel';
import type { Transfer } from 'rxjs-parallel/worker';
import { emits, is } from './same.ts';

/** As Node's, whose types are not everywhere. */
interface NodeBuffer extends Uint8Array {
  readUInt32LE(offset?: number): number;
  toString(encoding?: 'hex'): string;
}
class Point {
  readonly x: number = 1;
  y?: number;
  #secret = 2;
  private hidden = 3;
  norm(): number {
    return this.x + this.#secret + this.hidden;
  }
}
class Points extends Map<string, Point> {
  first(): Point | undefined {
    return this.values().next().value;
  }
}
class NotFound extends Error {
  readonly path: string = '';
}
interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
  parent?: Tree;
  walk(): Iterable<Tree>;
}
type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Id = string & { readonly __brand: 'Id' };
interface Row {
  readonly id: Id;
  name?: string;
  age: number | null;
}
declare enum Level {
  Low,
  High,
}
/** Data only, though it contains itself. */
interface Nested {
  readonly rows: readonly Row[];
  byId?: Map<Id, { readonly nested: Nested; at: Date }>;
  pair: [Nested, Set<Uint8Array>?];
}
class Counts extends Map<string, number> {
  total(): number {
    return this.size;
  }
}
interface Api {
  buffer(): NodeBuffer;
  buffers(): Promise<NodeBuffer[]>;
  file(): { readonly name: string; readonly content?: NodeBuffer; close(): void; onEnd?: () => void };
  moved(): Transfer<NodeBuffer>;
  mail(): { readonly send: boolean };
  sometimes(): Promise<Transfer<Uint8Array> | null>;
  loose(): { any: any; run(): void };
  bytes(): Uint8Array;
  floats(): Float64Array;
  memory(): ArrayBuffer | SharedArrayBuffer;
  view(): DataView;
  point(): Point;
  points(): Points;
  named(): ReadonlyMap<Id, Point>;
  set(): Set<Point>;
  date(): Date;
  pattern(): RegExp;
  error(): NotFound;
  settled(): PromiseSettledResult<Point>[];
  tree(): Tree;
  json(): Json;
  kept(): Nested;
  counts(): Counts;
  row(): Row;
  rows(): Promise<readonly Row[]>;
  pair(): readonly [Point, number?];
  many(): [string, ...Point[]];
  matched(): RegExpMatchArray | null;
  id(): Id;
  level(): Level;
  either(): Point | string | undefined;
  record(): Record<string, number>;
  byName(): { [name: string]: NodeBuffer | undefined };
  any(): any;
  unknown(): unknown;
  nested(): { any: any; unknown: unknown; object: object };
  nothing(): void;
  maybe(): Promise<void | number>;
  never(): never;
  big(): bigint | boolean;
}
declare const pool: WorkerPool<Api>;
type PointData = { readonly x: number; y?: number };

void pool.run((worker) => {
  is<Call<Uint8Array>>()(worker.buffer());
  is<Call<Uint8Array[]>>()(worker.buffers());
  is<Call<{ readonly name: string; readonly content?: Uint8Array }>>()(worker.file());
  is<Call<Uint8Array>>()(worker.moved());
  is<Call<{ readonly send: boolean }>>()(worker.mail());
  is<Call<Uint8Array | null>>()(worker.sometimes());
  is<Call<{ any: any }>>()(worker.loose());
  is<Call<Uint8Array>>()(worker.bytes());
  is<Call<Float64Array>>()(worker.floats());
  is<Call<ArrayBuffer | SharedArrayBuffer>>()(worker.memory());
  is<Call<DataView>>()(worker.view());
  is<Call<PointData>>()(worker.point());
  is<Call<Map<string, PointData>>>()(worker.points());
  is<Call<Map<string, number>>>()(worker.counts());
  is<Call<ReadonlyMap<Id, PointData>>>()(worker.named());
  is<Call<Set<PointData>>>()(worker.set());
  is<Call<Date>>()(worker.date());
  is<Call<RegExp>>()(worker.pattern());
  is<Call<NotFound>>()(worker.error());
  is<Call<({ status: 'fulfilled'; value: PointData } | { status: 'rejected'; reason: any })[]>>()(worker.settled());
  is<Call<Row>>()(worker.row());
  is<Call<readonly Row[]>>()(worker.rows());
  is<Call<readonly [PointData, number?]>>()(worker.pair());
  is<Call<[string, ...PointData[]]>>()(worker.many());
  is<Call<RegExpMatchArray | null>>()(worker.matched());
  is<Call<Id>>()(worker.id());
  is<Call<Level>>()(worker.level());
  is<Call<PointData | string | undefined>>()(worker.either());
  is<Call<Record<string, number>>>()(worker.record());
  is<Call<{ [name: string]: Uint8Array | undefined }>>()(worker.byName());
  is<Call<any>>()(worker.any());
  is<Call<unknown>>()(worker.unknown());
  is<Call<{ any: any; unknown: unknown; object: object }>>()(worker.nested());
  is<Call<void>>()(worker.nothing());
  is<Call<void | number>>()(worker.maybe());
  is<Call<never>>()(worker.never());
  is<Call<bigint | boolean>>()(worker.big());
  return worker.nothing();
});

// Types that contain themselves.
void pool
  .run((worker) => worker.tree())
  .then((tree) => {
    is<string | undefined>()(tree.children[0]?.children[0]?.parent?.name);
    // @ts-expect-error: its methods are gone
    tree.children[0]?.walk();
  });
void pool
  .run((worker) => worker.json())
  .then((json) => {
    const same: Json = json;
    return same;
  });

// Whoever asks for it gets it so: streams, promises, iterators.
emits<Uint8Array>()(of(1).pipe(parallelMap((worker) => worker.buffer(), pool)));
emits<Settled<number, PointData>>()(of(1).pipe(parallelMap((worker) => worker.point(), pool, { onError: 'settle' })));
is<AsyncIterableIterator<PointData>>()(parallelMapIterable([1], (worker) => worker.point(), pool));
is<Promise<PointData>>()(pool.run((worker) => worker.point()));
is<Promise<PointData>>()(localPool({ point: () => new Point() }).run((worker) => worker.point()));
// @ts-expect-error: a class has no methods on this side
void pool.run((worker) => worker.point()).then((point) => point.norm());
// @ts-expect-error: a Uint8Array knows no encodings
void pool.run((worker) => worker.buffer()).then((buffer) => buffer.toString('hex'));

// Arguments are given as they are, and cloned on their way.
void localPool({ norm: (point: Point): number => point.x }).run((worker) => worker.norm(new Point()));

// What is exported of them is declared with names that the package gives.
export const treeOf = (): Promise<ClonedFields<Tree>> => pool.run((worker) => worker.tree());
export const trees = of(1).pipe(parallelMap((worker) => worker.tree(), pool, { onError: 'settle' }));
export const jsons = (): Promise<Json> => pool.run((worker) => worker.json());
export const data = (text: string): Cloned<Point> => ({ x: text.length });

// Kind by kind.
declare const cloned: <T>() => Cloned<T>;
abstract class Base {
  id = 1;
  protected secret = 2;
  static readonly count = 3;
  get area(): number {
    return this.secret;
  }
  abstract go(): void;
}
class Sub extends Base {
  name = 'sub';
  arrow = (): number => 1;
  go(): void {}
}
class Fields {
  id = 1;
  name?: string;
}
type Kinds =
  | { readonly type: 'number'; readonly n: number }
  | { readonly type: 'method'; run(): void }
  | { readonly type: 'date'; readonly date: Date };

is<{ id: number; readonly area: number; name: string }>()(cloned<Sub>());
is<Fields>()(cloned<Fields>());
is<
  | { readonly type: 'number'; readonly n: number }
  | { readonly type: 'method' }
  | { readonly type: 'date'; readonly date: Date }
>()(cloned<Kinds>());
is<{ b?: number }>()(cloned<{ a?: () => void; b?: number }>());
is<{ a: null; b?: number }>()(cloned<{ a: (() => void) | null; b?: number }>());
is<number>()(cloned<number | (() => void)>());
is<never>()(cloned<typeof Date>());
is<never>()(cloned<Promise<number>>());
is<never>()(cloned<symbol>());
is<Uint8Array | string>()(cloned<NodeBuffer | string>());
is<readonly Uint8Array[]>()(cloned<readonly NodeBuffer[]>());
is<Map<string, Uint8Array[]>>()(cloned<Map<string, NodeBuffer[]>>());
is<[a?: Uint8Array]>()(cloned<[a?: NodeBuffer]>());
is<TypeError[]>()(cloned<TypeError[]>());
is<Set<'a' | 'b'>>()(cloned<Set<'a' | 'b'>>());
is<Date & { readonly __brand: 1 }>()(cloned<Date & { readonly __brand: 1 }>());
is<object>()(cloned<object>());
is<{}>()(cloned<{}>());
is<readonly []>()(cloned<readonly []>());
is<any[]>()(cloned<any[]>());
is<unknown[]>()(cloned<unknown[]>());
is<Record<string, unknown>>()(cloned<Record<string, unknown>>());
