// Which examples there are: the scripts in examples/, and those that play together in a folder of their own.
import { readdirSync } from 'node:fs';

export function exampleNames() {
  return ['', 'cluster/'].flatMap((folder) =>
    readdirSync(`examples/${folder}`)
      .filter((file) => /^[\w-]+\.ts$/.test(file))
      .map((file) => `${folder}${file.slice(0, -'.ts'.length)}`)
      .sort(),
  );
}
