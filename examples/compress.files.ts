import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Something that could not be read, and why. */
export interface Unread {
  readonly path: string;
  readonly why: string;
}

/** Everything under `directory` that is not a directory, in the order of the paths; `unread` collects what stays shut. */
export async function* walk(directory: string, unread: Unread[]): AsyncGenerator<string> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    unread.push({ path: directory, why: reasonOf(error) });
    return [];
  });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* walk(path, unread);
    else yield path;
  }
}

/** What is in a file, in memory of its own: small files are read into memory that Node shares out and never moves. */
export function read(path: string): Uint8Array {
  const found = statSync(path);
  if (found.isDirectory()) throw new Error('a link to a directory');
  // A pipe or a device could block for ever.
  if (!found.isFile()) throw new Error('not a regular file');
  return new Uint8Array(readFileSync(path));
}

/** Why something could not be read, in a few words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'gone, or a link to nothing';
  return code === 'EACCES' ? 'no permission' : message;
}
