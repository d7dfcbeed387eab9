// Which examples there are: the scripts in examples/.
import { readdirSync } from 'node:fs';

export function exampleNames() {
  return readdirSync('examples')
    .filter((file) => /^[\w-]+\.ts$/.test(file))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}
