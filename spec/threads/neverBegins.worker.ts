/** A worker that comes up, and dies of the first message that carries tasks before it has begun any. */
import { expose } from '../../lib/worker/index.ts';

type Data = { readonly type?: string };
type Message = { readonly data: Data; stopImmediatePropagation(): void };

const carriesTasks = ({ type }: Data): boolean => type === 'rxjs-parallel:run';

if (typeof process === 'object')
  process.getBuiltinModule('node:worker_threads').parentPort!.on('message', (data: Data) => {
    if (carriesTasks(data)) process.exit(5);
  });
else
  (globalThis as unknown as { onmessage(message: Message): void }).onmessage = (message) => {
    if (!carriesTasks(message.data)) return;
    message.stopImmediatePropagation();
    throw new RangeError('not today');
  };

const api = { echo: (value: unknown): unknown => value };
expose(api);
export type NeverApi = typeof api;
