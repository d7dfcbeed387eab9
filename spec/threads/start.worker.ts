/** A worker that comes up badly, in the way that `workerData.how` says. */
import { parentPort, workerData } from 'node:worker_threads';
import { expose } from 'rxjs-parallel/worker';

const { how } = workerData as { how: How };
export type How =
  | 'well'
  | 'slowly'
  | 'throws'
  | 'rejects'
  | 'awaits for ever'
  | 'awaits for ever, alive'
  | 'exits'
  | 'exposes nothing'
  | 'exposes nothing, alive'
  | 'exposes and exits'
  | 'exposes and throws'
  | 'exposes no function'
  | 'exposes twice';

const api = { echo: (value: unknown): unknown => value };
export type StartApi = typeof api;

const alive = (): void => void parentPort!.on('message', () => {});

switch (how) {
  case 'slowly':
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    expose(api);
    break;
  case 'throws':
    throw new RangeError('at the top');
  case 'rejects':
    await Promise.reject(new RangeError('at the top'));
    break;
  case 'awaits for ever, alive':
    alive();
    await new Promise(() => {});
    break;
  case 'awaits for ever':
    await new Promise(() => {});
    break;
  case 'exits':
    process.exit(7);
    break;
  case 'exposes nothing':
    break;
  case 'exposes nothing, alive':
    alive();
    break;
  case 'exposes no function':
    expose({ answer: 42 });
    break;
  case 'exposes twice':
    expose(api);
    expose(api);
    break;
  case 'exposes and exits':
    expose(api);
    process.exit(8);
    break;
  case 'exposes and throws':
    expose(api);
    throw new RangeError('after expose');
  case 'well':
    expose(api);
}
