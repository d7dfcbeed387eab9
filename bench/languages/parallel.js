/** The tasks by this package: `node parallel.js '{"size": 2, "tasks": [["noop", 0, 10000]]}'` prints ms as JSON. */
import { difference } from '../check.js';
import * as parallel from '../libraries/rxjs-parallel.js';
import * as sequential from '../libraries/sequential.js';
import { once, warmUp } from '../throughput.js';

const { size, tasks } = JSON.parse(process.argv[2]);
const ways = {
  'a loop': sequential.open(),
  '`parallelMap`': parallel.open({ size, variant: undefined }),
  '`parallelMapUnordered`': parallel.open({ size, variant: 'unordered' }),
};

const took = {};
for (const [task, , count] of tasks) {
  took[task] = {};
  let expected;
  for (const [way, library] of Object.entries(ways)) {
    await warmUp(library, { task }, Math.max(8, Math.ceil(count / 10)));
    const { ms, check } = await once(library, { task }, count);
    expected ??= check;
    const wrong = difference(check, expected, way === '`parallelMap`');
    if (wrong !== undefined) throw new Error(`${way}, ${task}: ${wrong}`);
    took[task][way] = ms;
  }
}
console.log(JSON.stringify({ version: process.versions.node, took }));
process.exit(0);
