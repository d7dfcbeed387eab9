import { NEVER, type Observable, concat, lastValueFrom, of } from 'rxjs';
import { type WorkerPool, parallelMap } from '../../../lib/index.ts';
import { publicPool } from '../../../lib/publicPool/publicPool.ts';
import { PrestartedWorker } from '../../../lib/workerPool/prestartedWorker.ts';
import { DeferredPool } from '../../../lib/workerPool/deferredPool.ts';
import { FakePool } from '../../support/fakePool.ts';

/** A worker as a page sees it, which the spec plays. */
class Played extends EventTarget {
  ended = 0;
  terminate(): void {
    this.ended++;
  }
  /** Emits an event; returns whether it would reach the page, too. */
  says(type: string): boolean {
    return this.dispatchEvent(Object.assign(new Event(type, { cancelable: true }), { data: type }));
  }
}

describe('The first worker of a pool whose engine is being fetched', () => {
  let made: Played[];
  let early: PrestartedWorker;

  beforeEach(() => {
    made = [];
    early = new PrestartedWorker(() => {
      const worker = new Played();
      made.push(worker);
      return worker;
    });
  });

  it('is made by the factory: at once, and only one, if it is to begin; else when it is asked for', () => {
    early.begin();
    early.begin();
    expect(made.length).toBe(1);
    expect(early.open()).toBe(made[0]!);
    expect(early.open()).toBe(made[1]!);
    expect(made.length).toBe(2);
  });

  it('is listened to: its events meanwhile are dispatched again, in order, once the pool has it', async () => {
    early.begin();
    const [worker] = made;
    worker!.says('message');
    worker!.says('messageerror');
    early.open();
    const heard: string[] = [];
    for (const type of ['message', 'messageerror', 'error'])
      worker!.addEventListener(type, (event) => heard.push((event as Event & { data: string }).data));
    await Promise.resolve();
    expect(heard).toEqual(['message', 'messageerror']);
    worker!.says('error');
    expect(heard).toEqual(['message', 'messageerror', 'error']);
  });

  it('has its errors handled by its pool, not by the page', async () => {
    early.begin();
    const [worker] = made;
    expect(worker!.says('error')).toBeFalse();
    early.open();
    let failed = 0;
    worker!.addEventListener('error', () => failed++);
    await Promise.resolve();
    expect(failed).toBe(1);
    // From now on the pool listens itself.
    expect(worker!.says('error')).toBeTrue();
  });

  it('is ended where the pool has not asked for it, and only there', () => {
    early.drop();
    early.begin();
    early.drop();
    early.drop();
    expect(made.map(({ ended }) => ended)).toEqual([1]);
    early.begin();
    early.open();
    early.drop();
    expect(made.map(({ ended }) => ended)).toEqual([1, 0]);
  });

  it('that cannot be made throws when the pool asks for it; then the factory is asked again', () => {
    const errors = [undefined, new Error('second')];
    const broken = new PrestartedWorker(() => {
      throw errors.shift();
    });
    broken.begin();
    expect(errors.length).toBe(1);
    expect(() => broken.open()).toThrow(undefined);
    expect(() => broken.open()).toThrowError('second');
    broken.begin();
    broken.drop();
  });

  it('is whatever the factory gives: that it is a worker is for others to say', () => {
    for (const given of [undefined, null, 0, 'worker', {}, Promise.resolve()]) {
      const other = new PrestartedWorker(() => given);
      other.begin();
      expect(other.open()).toBe(given);
      other.begin();
      other.drop();
    }
  });

  describe('begins', () => {
    const api = { echo: (value: unknown): unknown => value };
    type Engine = FakePool<typeof api>;
    let arrive: (engine: Engine) => Promise<void>;
    let fail: (cause: unknown) => Promise<void>;
    let pool: WorkerPool<typeof api>;

    const afterTurn = async (act?: () => void): Promise<void> => {
      act?.();
      await new Promise((resolve) => setTimeout(resolve));
    };
    const echoed = (source: Observable<unknown>): Observable<unknown> =>
      source.pipe(parallelMap((worker, value) => worker.echo(value), pool));
    /** An engine that starts a worker, or needs none. */
    const engine = (starts: boolean): Engine => {
      const fake = new FakePool(api, { size: 1, course: () => ({ takes: 0 }) });
      const attach = fake.attach.bind(fake);
      fake.attach = (source) => {
        if (starts) early.open();
        return attach(source);
      };
      return fake;
    };

    beforeEach(() => {
      const fetch = (): Promise<Engine> =>
        new Promise((resolve, reject) => {
          arrive = (fetched) => afterTurn(() => resolve(fetched));
          fail = (cause) => afterTurn(() => reject(cause));
        });
      pool = publicPool(new DeferredPool(fetch, 1, undefined, early));
    });

    it('when a stream has something for it, not before; and is the one that the engine takes', async () => {
      const silent = echoed(NEVER).subscribe();
      await afterTurn();
      expect(made.length).toBe(0);
      const result = lastValueFrom(echoed(of(1)));
      await afterTurn();
      expect(made.length).toBe(1);
      silent.unsubscribe();
      await arrive(engine(true));
      expect(await result).toBe(1);
      expect(made.map(({ ended }) => ended)).toEqual([0]);
    });

    it('not for a stream that has left, nor where the engine is there by then', async () => {
      echoed(of(1)).subscribe().unsubscribe();
      await afterTurn();
      expect(made.length).toBe(0);
      const result = lastValueFrom(echoed(of(1)));
      await arrive(engine(false));
      made.length = 0;
      expect(await result).toBe(1);
      await lastValueFrom(echoed(of(2)));
      await afterTurn();
      expect(made.length).toBe(0);
    });

    it('and ends where nothing remains to be done when the engine comes', async () => {
      const left = echoed(of(1)).subscribe();
      await afterTurn();
      left.unsubscribe();
      expect(made.map(({ ended }) => ended)).toEqual([0]);
      await arrive(engine(true));
      expect(made.map(({ ended }) => ended)).toEqual([1]);
    });

    it('and ends where the engine cannot be fetched', async () => {
      echoed(of(1)).subscribe({ error() {} });
      await afterTurn();
      await fail('offline');
      expect(made.map(({ ended }) => ended)).toEqual([1]);
    });

    for (const drain of [true, false])
      it(`and ends with its pool, if that ends before (drain: ${drain})`, async () => {
        const stream = echoed(concat(of(1), NEVER)).subscribe({ error() {} });
        await afterTurn();
        const end = pool.close({ drain });
        stream.unsubscribe();
        await end;
        expect(made.map(({ ended }) => ended)).toEqual([1]);
      });
  });
});
