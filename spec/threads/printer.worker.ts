import { createWriteStream } from 'node:fs';
import { expose } from '../../lib/worker/index.ts';

const parts = ['a', 'b', 'c'];
const api = {
  print(n: number): number {
    for (const part of parts) console.log(part + n);
    return n;
  },
  write(n: number): number {
    for (const part of parts) process.stdout.write(`${part}${n}\n`);
    return n;
  },
  complain(n: number): number {
    for (const part of parts) console.error(part + n);
    return n;
  },
  /** To a file of its own. */
  file(path: string, n: number): number {
    const file = createWriteStream(`${path}.${n}`);
    for (const part of parts) file.write(`${part}${n}\n`);
    file.end();
    return n;
  },
  printThenFail(n: number): number {
    api.print(n);
    if (n === 6) throw new Error('the last');
    return n;
  },
  /** After the sixth it computes on and on. */
  printThenHang(n: number): number {
    if (n > 6) for (;;);
    return api.print(n);
  },
};
export type Printer = typeof api;
expose(api);
