import { brotliCompressSync, constants } from 'node:zlib';
import { expose, Transfer } from 'rxjs-parallel/worker';

const api = {
  /** `bytes` came by Transfer, and what is returned goes by it: neither is copied. */
  compress(bytes: Uint8Array, quality: number) {
    const compressed: Uint8Array = brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    });
    return Transfer({ size: bytes.length, compressed }, [compressed.buffer]);
  },
};
expose(api);
export type CompressApi = typeof api;
