import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const from = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Memory that page and workers share: only with it does a task that computes see that it was cancelled. */
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** A browser is opened for a person at a terminal, where there is a screen. */
const screen = process.platform !== 'linux' || ['DISPLAY', 'WAYLAND_DISPLAY'].some((name) => name in process.env);

export default defineConfig({
  root: from('.'),
  base: './',
  // What is not there is not found.
  appType: 'mpa',
  cacheDir: from('../../dist/demo-cache'),
  // Made ready for the dev server before the page, or a worker, first asks for them.
  optimizeDeps: { include: ['rxjs', 'threads', 'threads/worker'] },
  worker: { format: 'es' },
  build: { outDir: from('../../dist/demo'), emptyOutDir: true, target: 'es2022' },
  server: { headers, open: process.stdout.isTTY && screen },
  preview: { headers },
});
