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
 * fields, an instance of a subclass of Map or Set is a Map or Set. What loses nothing stays what it is, name included.
 */
export type Cloned<T> = T extends unknown ? ([T] extends [Lossless<T>] ? T : Changed<T>) : never;

/** What `T` is assignable to if it arrives as it is. Asked once for the whole of it, so that it may contain itself. */
type Lossless<T> = unknown extends T
  ? T // unknown and any
  : T extends Primitive
    ? T
    : T extends Callable | symbol | PromiseLike<unknown> | NodeBuffer
      ? never
      : T extends Whole
        ? T
        : T extends Map<infer K, infer V>
          ? Map<K, V> extends T
            ? Map<Lossless<K>, Lossless<V>>
            : never
          : T extends Set<infer V>
            ? Set<V> extends T
              ? Set<Lossless<V>>
              : never
            : T extends readonly (infer V)[]
              ? readonly V[] extends T
                ? readonly Lossless<V>[]
                : V[] extends T
                  ? Lossless<V>[]
                  : LosslessTuple<T>
              : { [K in keyof T]: Lossless<T[K]> };

/** A tuple; or what else extends Array, such as what `match` returns, as it is. */
type LosslessTuple<T> = { [K in keyof T]: 0 } extends readonly unknown[] ? { [K in keyof T]: Lossless<T[K]> } : T;

/** Of a `T` that does lose something. */
type Changed<T> = T extends Callable | symbol | PromiseLike<unknown>
  ? never
  : T extends Uint8Array<infer Memory> & NodeBuffer
    ? Uint8Array<Memory>
    : T extends Map<infer K, infer V>
      ? Map<Cloned<K>, Cloned<V>>
      : T extends Set<infer V>
        ? Set<Cloned<V>>
        : T extends ReadonlyMap<infer K, infer V>
          ? ReadonlyMap<Cloned<K>, Cloned<V>>
          : T extends ReadonlySet<infer V>
            ? ReadonlySet<Cloned<V>>
            : T extends readonly (infer V)[]
              ? V[] extends T
                ? T extends V[]
                  ? Cloned<V>[]
                  : readonly Cloned<V>[]
                : { [K in keyof T]: Cloned<T[K]> }
              : ClonedFields<T>;

/** The fields of an object that lose something. Public, for it stands in declarations of what returns such a one. */
export type ClonedFields<T> = {
  [K in keyof T as T[K] extends Callable | undefined ? (T[K] extends undefined ? K : never) : K]: Cloned<T[K]>;
};
