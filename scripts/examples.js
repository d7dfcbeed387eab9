// Which examples there are: the scripts in examples/, those that play together, and the code of the guides.
import { readdirSync } from 'node:fs';

export function exampleNames() {
  return ['', 'cluster/', 'guides/'].flatMap((folder) =>
    readdirSync(`examples/${folder}`)
      .filter((file) => /^[\w-]+\.ts$/.test(file))
      .map((file) => `${folder}${file.slice(0, -'.ts'.length)}`)
      .sort(),
  );
}
