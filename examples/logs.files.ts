import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import { pipeline as through, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** Large enough that messages cost nothing; with a mebibyte the process takes 80 MiB more, and is no faster. */
const CHUNK = 2 ** 17;
const NEWLINE = 0x0a;

const isGzip = (file: string): boolean => file.endsWith('.gz');

/** The lines of a file in chunks, whole lines each; `progress` is told how much of the file is read. */
export async function* chunksOfLines(file: string, progress: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const input = createReadStream(file, { highWaterMark: CHUNK });
  // What goes wrong here errors `bytes`, and whoever reads that.
  const bytes: Readable = isGzip(file) ? through(input, createGunzip({ chunkSize: CHUNK }), () => {}) : input;
  let rest: Uint8Array = new Uint8Array();
  try {
    for await (const read of bytes as AsyncIterable<Buffer>) {
      progress(input.bytesRead);
      const end = read.lastIndexOf(NEWLINE) + 1;
      const lines = joined(rest, read.subarray(0, end === 0 ? read.length : end));
      // In memory of their own: who gets the lines may move them.
      rest = end === 0 ? lines : Uint8Array.from(read.subarray(end));
      if (end > 0) yield lines;
    }
    if (rest.length > 0) yield rest;
  } finally {
    input.destroy();
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** Writes a file whole or not at all. */
export async function write(file: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const unfinished = `${file}.unfinished`;
  try {
    const output = createWriteStream(unfinished);
    if (isGzip(file)) await pipeline(chunks, createGzip({ level: 1 }), output);
    else await pipeline(chunks, output);
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
}
