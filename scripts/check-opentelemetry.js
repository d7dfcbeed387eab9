// Runs fixtures/opentelemetry: each request is one trace, whose tasks in workers have the right parent.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { promisify } from 'node:util';

const FIXTURE = 'fixtures/opentelemetry';
const run = promisify(execFile);

if (!existsSync(`${FIXTURE}/node_modules/@opentelemetry/sdk-trace-base`))
  await run('npm', ['--prefix', FIXTURE, 'ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']);
const own = `${FIXTURE}/node_modules/rxjs-parallel`;
if (!existsSync(own)) symlinkSync('../../..', own, 'dir');
const { stdout } = await run(process.execPath, [`${FIXTURE}/main.js`], { timeout: 60_000 });
/** @type {{ name: string, traceId: string, spanId: string, parent?: string }[]} */
const spans = JSON.parse(stdout);
for (const path of ['/a', '/b']) {
  const request = spans.find(({ name }) => name === `GET ${path}`);
  const trace = spans.filter(({ traceId }) => traceId === request?.traceId);
  const stream = trace.find(({ name }) => name === 'stream');
  assert.equal(request?.parent, undefined);
  assert.equal(stream?.parent, request?.spanId);
  assert.deepEqual(
    trace.filter(({ parent }) => parent === stream?.spanId).map(({ name }) => name),
    ['count', 'count', 'count', 'count'],
  );
  assert.equal(trace.length, 6);
}
assert.equal(spans.length, 12);
console.log('2 requests, 2 traces, 12 spans');
