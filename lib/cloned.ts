/** What structured clone makes of a value, as a type: data without methods. Types only. */

type Primitive = string | number | bigint | boolean | null | undefined | void;

/** Also matches a constructor that may not be called. */
type Callable = ((...args: any[]) => unknown) | (abstract new (...args: any[]) => unknown);

/** The instances of a global class, where the program has its types: it may know neither the DOM's nor Node's. */
type Instance<Name extends string> =
  typeof globalThis extends Readonly<Record<Name, { readonly prototype: infer T }>> ? T : never;

/** Classes with methods whose instances are cloned or moved as they are. */
type Platform =
  | Instance<'AudioData'>
  | Instance<'Blob'>
  | Instance<'DOMMatrixReadOnly'>
  | Instance<'DOMPointReadOnly'>
  | Instance<'DOMQuad'>
  | Instance<'DOMRectReadOnly'>
  | Instance<'FileList'>
  | Instance<'FileSystemHandle'>
  | Instance<'ImageBitmap'>
  | Instance<'MessagePort'>
  | Instance<'OffscreenCanvas'>
  | Instance<'ReadableStream'>
  | Instance<'RTCDataChannel'>
  | Instance<'TransformStream'>
  | Instance<'VideoFrame'>
  | Instance<'WritableStream'>;

/** What has methods of its own on the other side, too. */
type Whole = Date | RegExp | Error | ArrayBuffer | SharedArrayBuffer | ArrayBufferView | Platform;

/** Node's `Buffer`, told by a method: the program may not have Node's types. */
interface NodeBuffer {
  readUInt32LE(offset?: number): number;
}

/**
 * What arrives of a `T`: data, without methods and functions. A `Buffer` is a `Uint8Array`, an instance of a class has its
 * fields, an instance of a subclass of Map or Set is a Map or Set.
 */
export type Cloned<T> = unknown extends T
  ? T // unknown and any
  : T extends Primitive
    ? T
    : T extends Callable | symbol | PromiseLike<unknown>
      ? never
      : T extends Uint8Array<infer Memory> & NodeBuffer
        ? Uint8Array<Memory>
        : T extends Whole
          ? T
          : T extends Map<infer K, infer V>
            ? Map<Cloned<K>, Cloned<V>>
            : T extends Set<infer V>
              ? Set<Cloned<V>>
              : T extends ReadonlyMap<infer K, infer V>
                ? ReadonlyMap<Cloned<K>, Cloned<V>>
                : T extends ReadonlySet<infer V>
                  ? ReadonlySet<Cloned<V>>
                  : T extends readonly unknown[]
                    ? ClonedArray<T>
                    : ClonedObject<T>;

/** An element by itself, not mapped: so a type that is an array of itself is no endless one. */
type ClonedArray<T extends readonly unknown[]> = T extends (infer V)[]
  ? V[] extends T
    ? Cloned<V>[]
    : ClonedTuple<T>
  : T extends readonly (infer V)[]
    ? readonly V[] extends T
      ? readonly Cloned<V>[]
      : ClonedTuple<T>
    : never;

/** A tuple; or what else extends Array, such as what `match` returns, as it is. */
type ClonedTuple<T extends readonly unknown[]> = { [K in keyof T]: 0 } extends readonly unknown[]
  ? { [K in keyof T]: Cloned<T[K]> }
  : T;

/** An object of plain fields keeps its name. */
type ClonedObject<T> = unknown extends T[keyof T] ? Fields<T> : [T[keyof T]] extends [Primitive] ? T : Fields<T>;

type Fields<T> = {
  [K in keyof T as T[K] extends Callable | undefined ? (T[K] extends undefined ? K : never) : K]: Cloned<T[K]>;
};
