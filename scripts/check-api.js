// The public API of each entry, as etc/*.api.md: fails where the code differs, `--write` writes them anew; and where something
// of it has no comment.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const ENTRIES = {
  index: 'index',
  worker: 'worker/index',
  observable: 'observable/index',
  bullmq: 'bullmq/index',
  timeline: 'timeline/index',
};

const write = process.argv.includes('--write');
const folder = mkdtempSync(join(tmpdir(), 'rxjs-parallel-api-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
/** Editors show the docs of an operator where it is called, not those of its signatures; and ioredis has other options. */
const NEED_NONE = ['"__call"', '"__index"'];
const silent = { default: { logLevel: ExtractorLogLevel.None } };

let differs = false;
let undocumented = 0;
for (const [name, entry] of Object.entries(ENTRIES)) {
  const path = resolve(`dist/lib/${entry}.d.ts`);
  const extractorConfig = ExtractorConfig.prepare({
    configObject: {
      projectFolder: resolve('.'),
      mainEntryPointFilePath: path,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'nodenext',
            target: 'es2023',
            lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'],
            types: [],
            skipLibCheck: true,
            allowImportingTsExtensions: true,
            noEmit: true,
          },
          files: [path],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: resolve('etc'),
        reportTempFolder: folder,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: { compilerMessageReporting: silent, extractorMessageReporting: silent, tsdocMessageReporting: silent },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: resolve('package.json'),
  });
  const { apiReportChanged } = Extractor.invoke(extractorConfig, {
    localBuild: write,
    messageCallback: (message) => {
      message.handled = true;
      const { messageId, sourceFileLine, sourceFilePath, text } = message;
      if (messageId !== 'ae-undocumented' || NEED_NONE.some((each) => text.includes(each))) return;
      console.error(`${name}: ${text} ${relative('.', sourceFilePath ?? '')}:${sourceFileLine}`);
      undocumented++;
    },
  });
  console.log(`${name}: ${apiReportChanged ? (write ? 'written' : 'differs from') : 'as in'} etc/${name}.api.md`);
  if (apiReportChanged && !write) differs = true;
}
if (differs)
  console.error(
    'Where that is meant, `node scripts/check-api.js --write` writes them anew: what users can rely on changes.',
  );
if (undocumented > 0) console.error('What is public has a comment: editors and the reference show it.');
if (differs || undocumented > 0) process.exitCode = 1;
