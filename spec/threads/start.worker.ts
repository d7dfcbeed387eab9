/** A worker that comes up badly, in the way that it is told: by its name in a page, in Node by its arguments. */
import { expose } from '../../lib/worker/index.ts';
import { listen, post } from '#port';

const { name, process } = globalThis as { name?: string; process?: { argv: string[] } };
const how = (name ?? process?.argv[2]) as How;
export type How =
  | 'well'
  | 'slowly'
  | 'after messages of its own'
  | 'throws'
  | 'rejects'
  | 'awaits for ever'
  | 'awaits for ever, alive'
  | 'exits'
  | 'closes'
  | 'exposes nothing'
  | 'exposes nothing, alive'
  | 'exposes and exits'
  | 'exposes and closes'
  | 'exposes and throws'
  | 'exposes no function'
  | 'exposes twice';

const api = { echo: (value: unknown): unknown => value };
export type StartApi = typeof api;

const alive = (): void =>
  listen(
    () => {},
    () => {},
  );

switch (how) {
  case 'slowly':
    for (const end = performance.now() + 700; performance.now() < end;);
    expose(api);
    break;
  case 'after messages of its own':
    for (const message of [null, 'init', { type: 'init' }, { type: 'init', exposed: { type: 'module' } }])
      post(message);
    expose(api);
    post({ type: 'init', exposed: { type: 'function' } });
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
    globalThis.process.exit(7);
    break;
  case 'closes':
    close();
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
    globalThis.process.exit(8);
    break;
  case 'exposes and closes':
    expose(api);
    close();
    break;
  case 'exposes and throws':
    expose(api);
    throw new RangeError('after expose');
  case 'well':
    expose(api);
}
