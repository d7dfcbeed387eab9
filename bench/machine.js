/** What the figures were measured on, and with. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { libraries } from './libraries.js';

export function machine() {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return {
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores, ${memory}`,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
  };
}

export function versions() {
  const names = new Set(Object.values(libraries).flatMap((library) => library.package ?? []));
  const ours = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return Object.fromEntries([[ours.name, ours.version], ...['rxjs', ...names].map((name) => [name, versionOf(name)])]);
}

/** Looked up by path: many packages do not export their package.json. */
export function versionOf(name) {
  const places = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const place of places)
    try {
      return JSON.parse(readFileSync(`${place}/${name}/package.json`, 'utf8')).version;
    } catch {
      // Further up.
    }
  throw new Error(`${name} is not installed: run npm ci in the top folder and in bench/`);
}
