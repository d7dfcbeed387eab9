import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expose } from 'rxjs-parallel/worker';

const api = {
  /** The SHA-256 of a JSON file; throws if it is not JSON. */
  hash(path: string): string {
    const bytes = readFileSync(path);
    JSON.parse(bytes.toString());
    return createHash('sha256').update(bytes).digest('hex');
  },
};
expose(api);
export type FilesApi = typeof api;
