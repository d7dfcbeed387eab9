/** The type of a structured clone of a value: data without methods. Types only. */

type Primitive = string | number | bigint | boolean | null | undefined | void;

/** Also matches a constructor that may not be called. */
type Callable = ((...args: any[]) => unknown) | (abstract new (...args: any[]) => unknown);

/** The instances of a global class, if the program has its types: it may have neither those of the DOM nor those of Node. */
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

/** Objects that keep their methods on the other side. */
type Whole = Date | RegExp | Error | ArrayBuffer | SharedArrayBuffer | ArrayBufferView | Platform;

/** Node's `Buffer`, recognised by a method: the program may not have Node's types. */
interface NodeBuffer {
  readUInt32LE(offset?: number): number;
}

/**
 * What arrives of a `T` on the other side: data, without methods and functions. A `Buffer` arrives as a `Uint8Array`, an instance
 * of a class as its fields, an instance of a subclass of Map or Set as a Map or Set. A type that cloning does not change stays the
 * same type, name included.
 */
export type Cloned<T> = T extends unknown ? ([T] extends [Lossless<T>] ? T : Changed<T>) : never;

/** A type that `T` is assignable to if it arrives unchanged. Tested once for the whole type, so that `T` may be recursive. */
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

/** A tuple; another type that extends Array, such as the result of `match`, stays as it is. */
type LosslessTuple<T> = { [K in keyof T]: 0 } extends readonly unknown[] ? { [K in keyof T]: Lossless<T[K]> } : T;

/** What arrives of a `T` that cloning changes. */
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

/** The fields of an object that cloning changes. Public because it appears in the declarations of functions that return one. */
export type ClonedFields<T> = {
  [K in keyof T as T[K] extends Callable | undefined ? (T[K] extends undefined ? K : never) : K]: Cloned<T[K]>;
};
