/** Serves the page and its worker, bundled, on a free port of this machine. */
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (file) => fileURLToPath(new URL(file, import.meta.url));
let bundled;

/** The same code as in Node imports what is published for Node. */
const published = {
  name: 'published',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/dist\/node\// }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace('/dist/node/', '/dist/browser/')),
    })),
};

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: { page: at('./hosts/page.js'), worker: at('./workers/rxjs-parallel.js') },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    outdir: at('.'),
    plugins: [published],
    logLevel: 'warning',
  });
  return Object.fromEntries(outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf('/')), text]));
}

export async function serve({ isolated }) {
  bundled ??= bundle();
  const files = {
    '/': '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
    '/broken.js': 'this is no code',
    ...(await bundled),
  };
  const headers = isolated
    ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
    : {};
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url ?? '/', 'http://localhost');
    const type = pathname.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.writeHead(pathname in files ? 200 : 404, { ...headers, 'Content-Type': type });
    response.end(files[pathname]);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', () => listening(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { address: `http://127.0.0.1:${port}`, close: () => server.close() };
}
