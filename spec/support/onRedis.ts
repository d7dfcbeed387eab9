/** What specs on Redis have in common: a server for each file, machines and pools that end with their spec. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Observable, lastValueFrom, toArray } from 'rxjs';
import { type BullmqPoolOptions, type ServeOptions, bullmqPool } from '../../lib/bullmq/index.ts';
import { RedisServer } from './redis.ts';
import type { Deeds } from './deeds.ts';
import { Here } from './machine.ts';

export const all = <T>(source: Observable<T>): Promise<T[]> => lastValueFrom(source.pipe(toArray()));
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** What a promise rejects with. */
export const reason = (promise: Promise<unknown>): Promise<any> =>
  promise.then(
    () => Promise.reject(new Error('It did not reject')),
    (error: unknown) => error,
  );

/** Asks until it is so. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await wait(20);
}

/** What `onError` was called with. */
export class Heard {
  readonly errors: Error[] = [];
  readonly times: number[] = [];
  /** Errors, as they were counted. */
  total = 0;

  readonly onError = (error: unknown, count: number): void => {
    this.errors.push(error as Error);
    this.times.push(performance.now());
    this.total += count;
  };

  /** Resolves when an error that contains `text` was reported. */
  hears(text: string): Promise<void> {
    return until(() => this.errors.some(({ message }) => message.includes(text)));
  }
}

/** To be called in a `describe`. */
export function onRedis(name: string) {
  let redis: RedisServer;
  let queues = 0;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.end());
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });
  return {
    get redis() {
      return redis;
    },
    newQueue: (): string => `${name}-${queues++}`,
    /** What is to be done when the spec is over, last first. */
    atEnd: (end: () => unknown): void => void ends.push(end),
    /** A machine of this process. Its locks last: nothing comes of waiting for them to run out. */
    machine(queue: string, size = 2, options: Partial<ServeOptions> = {}): Here {
      const made = new Here(size, { queue, connection: redis.connection, ...options });
      ends.push(() => made.end());
      return made;
    },
    pool(queue: string, options: Partial<BullmqPoolOptions> = {}) {
      const pool = bullmqPool<Deeds>(queue, { connection: redis.connection, checkInterval: 200, ...options });
      ends.push(() => pool.close({ drain: false }));
      return pool;
    },
    /** The pool is closed, and nothing of it remains. */
    async closes(pool: { close(): Promise<void> }, queue: string): Promise<void> {
      await pool.close();
      expect(await redis.remaining(queue)).toEqual([]);
    },
  };
}
