import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import page from '../browser/vite.config.ts';

const from = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  ...page,
  root: from('.'),
  cacheDir: from('../../dist/search-cache'),
  build: { ...page.build, outDir: from('../../dist/search') },
});
