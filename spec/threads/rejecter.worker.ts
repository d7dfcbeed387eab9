import { expose } from '../../lib/worker/index.ts';

const heard: unknown[] = [];
const hear = (error: unknown, origin?: unknown): void =>
  void heard.push(error instanceof Error ? error.message : error, typeof origin === 'string' ? origin : '');

const api = {
  /** The program deals with its own errors from now on. */
  listen: (event: 'unhandledRejection' | 'uncaughtException') => void process.on(event as 'exit', hear as never),
  listenOnce: (event: 'unhandledRejection' | 'uncaughtException') => void process.once(event as 'exit', hear as never),
  async reject(reason: unknown): Promise<void> {
    void Promise.reject(reason instanceof Object ? new Error('floating') : reason);
    await new Promise((resolve) => setTimeout(resolve, 20));
  },
  /** It ends before that is known. */
  rejectAfter: () => void setTimeout(() => void Promise.reject(new Error('after it')), 5),
  async catchLate(): Promise<string> {
    const late = Promise.reject<string>(new Error('late'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    return late.catch((error: Error) => error.message);
  },
  async throwLater(): Promise<void> {
    setTimeout(() => {
      throw new Error('thrown later');
    }, 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
  },
  heard: (): readonly unknown[] => heard,
};
export type Rejecter = typeof api;
expose(api);
