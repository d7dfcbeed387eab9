/** What the machines of the specs on Redis do. They say what they do on a channel, which reaches the spec. */
import { taskContext } from '../../lib/worker/index.ts';

/** What a task says. */
export interface Said {
  readonly what: 'begun' | 'aborted';
  readonly n: number;
}

export const SAID = 'rxjs-parallel-spec-said';
export const RELEASE = 'rxjs-parallel-spec-release';

function say(what: Said['what'], n: number): void {
  const channel = new BroadcastChannel(SAID);
  channel.postMessage({ what, n } satisfies Said);
  channel.close();
}

export function deeds() {
  const kept = { object: { n: 0 }, bytes: new Uint8Array(1), map: new Map<string, number>() };
  return {
    twice: (n: number): number => 2 * n,
    echo: (value: any): any => value,
    fail(n: number): never {
      throw new RangeError(`${n} is bad`);
    },
    /** Takes `ms`, waiting. */
    async slow(n: number, ms: number): Promise<number> {
      say('begun', n);
      await new Promise((resolve) => setTimeout(resolve, ms));
      return n;
    },
    /** Takes `ms`, computing. */
    busy(n: number, ms: number): number {
      say('begun', n);
      const end = performance.now() + ms;
      while (performance.now() < end);
      return n;
    },
    /** Ends with the next message on the channel `RELEASE`. */
    untilReleased(n: number): Promise<number> {
      return new Promise((resolve) => {
        const channel = new BroadcastChannel(RELEASE);
        channel.onmessage = () => {
          channel.close();
          resolve(n);
        };
        say('begun', n);
      });
    },
    /** Ends when its signal aborts. */
    untilAborted(n: number): Promise<void> {
      return new Promise((resolve) => {
        taskContext().signal.addEventListener('abort', () => {
          say('aborted', n);
          resolve();
        });
        say('begun', n);
      });
    },
    /** Ends its worker. */
    exit: (): never => process.exit(7),
    /** A result of `bytes` bytes. */
    large: (bytes: number): string => 'x'.repeat(bytes),
    /** The same objects each time, changed. */
    again(n: number): typeof kept {
      kept.object.n = n;
      kept.bytes[0] = n;
      kept.map.set('n', n);
      return kept;
    },
    /** Changes its argument. */
    tag: (options: { tags: string[] }): number => options.tags.push('tagged'),
    /** Throws what a getter of the host stands in the way of. */
    refuseCode(): never {
      const late = new DOMException('late', 'TimeoutError');
      throw Object.defineProperty(late, 'code', { value: 'X', enumerable: true });
    },
    /** So deep. */
    deep(levels: number): unknown {
      let value: unknown = 1;
      for (let at = 0; at < levels; at++) value = { a: value };
      return value;
    },
  };
}

export type Deeds = ReturnType<typeof deeds>;
