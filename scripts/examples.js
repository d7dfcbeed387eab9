// Which examples there are: the scripts in examples/, those that play together, the code of the guides, and the pages.
import { existsSync, readdirSync } from 'node:fs';

export function exampleNames() {
  return ['', 'cluster/', 'guides/'].flatMap((folder) =>
    readdirSync(`examples/${folder}`)
      .filter((file) => /^[\w-]+\.ts$/.test(file))
      .map((file) => `${folder}${file.slice(0, -'.ts'.length)}`)
      .sort(),
  );
}

export function pageNames() {
  return readdirSync('examples').filter((folder) => existsSync(`examples/${folder}/index.html`));
}
