// Bundles the text that stands before an inline function in a Blob worker, as a string in a module of lib/workerPool/inline.
import { writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: ['lib/worker/inline/inlineEntry.browser.ts'],
  bundle: true,
  write: false,
  minify: true,
  format: 'iife',
  target: 'es2022',
  platform: 'browser',
  legalComments: 'none',
  alias: { '#port': './lib/worker/host/port.browser.ts', '#threadsHost': './lib/worker/host/threadsHost.inline.ts' },
});

const text = outputFiles[0].text;
await writeFile(
  'lib/inline/inlineRuntime.generated.ts',
  `/** Made by scripts/inline-runtime.js. */\nexport const runtime: string = ${JSON.stringify(text)};\n`,
);
