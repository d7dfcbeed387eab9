/** How a worker comes up: imported before it exposes anything. In Node the environment says how, in a page the address. */
const how = globalThis.process?.env.FAULTS_START ?? new URLSearchParams(globalThis.location?.search).get('start');

if (how === 'throws') throw new RangeError('at the top');
// It does not end, and does not answer.
if (how === 'silent') {
  setInterval(() => {}, 1000);
  await new Promise(() => {});
}

/** Some live no longer than that. */
export function exposed() {
  if (how !== 'dies') return;
  globalThis.process?.exit(8);
  throw new RangeError('after it had come up');
}
