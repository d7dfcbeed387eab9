/**
 * A helper of Jasmine in Node: fails the run for what must happen in no spec, and what Jasmine does not see. It does see
 * rejections that nobody handles, if they come while a spec runs.
 */
import { setImmediate as turn } from 'node:timers/promises';

const warnings: string[] = [];
process.on('warning', (warning) => warnings.push(warning.stack ?? String(warning)));

const failForWarnings = (): void => {
  for (const warning of warnings.splice(0)) fail(`The process was warned: ${warning}`);
};

afterEach(failForWarnings);

afterAll(async () => {
  // What the last specs have not ended comes to light within a few turns of the event loop, not after them.
  for (let time = 0; time < 5; time++) await turn();
  failForWarnings();
});
