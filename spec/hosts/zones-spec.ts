/** zone.js: callbacks run in the zone of the subscriber, and what outlasts a stream in none. */
import { lastValueFrom, range, toArray } from 'rxjs';
import { Worker, localPool, parallelMap, workerPool } from '../../lib/index.ts';
import { publicPool } from '../../lib/publicPool/publicPool.ts';
import { modulePool } from '../../lib/workerPool/factories.ts';
import { DeferredPool } from '../../lib/workerPool/deferredPool.ts';
import { contextContract } from '../contract/contextContract.ts';
import { type ContractApi, contractApi } from '../contract/contractApi.ts';
import { zoneContexts } from '../support/zones.ts';

const open = (): object => new Worker(new URL('../fixtures/contract.worker.js', import.meta.url), { type: 'module' });

contextContract('workerPool (zones)', zoneContexts, (size) => {
  const pool = workerPool<ContractApi>(open, size);
  return { pool, end: () => pool.close({ drain: false }) };
});

contextContract('A pool whose engine is fetched first (zones)', zoneContexts, (size) => {
  const pool = publicPool<ContractApi>(new DeferredPool(async () => modulePool(open, 10_000, { size }), size));
  return { pool, end: () => pool.close({ drain: false }) };
});

contextContract('localPool (zones)', zoneContexts, () => {
  const pool = localPool(contractApi());
  return { pool, end: () => pool.close({ drain: false }) };
});

describe('In zones', () => {
  let uninstall: () => void;
  beforeEach(() => (uninstall = zoneContexts.install()));
  afterEach(() => uninstall());

  it('a worker is started in none: what it says is no task of a component', async () => {
    const zones = new Set<string | undefined>();
    const pool = workerPool<ContractApi>(() => {
      zones.add(zoneContexts.current());
      return open();
    }, 2);
    const stream = range(0, 50).pipe(
      parallelMap((worker, n) => worker.echo(n), pool),
      toArray(),
    );
    expect((await zoneContexts.run('A', () => lastValueFrom(stream))).length).toBe(50);
    await pool.close();
    expect([...zones]).toEqual([undefined]);
  });

  it('a zone that is entered already is not entered again', async () => {
    const entered: string[] = [];
    const zone = { run: <T>(act: () => T): T => (entered.push('A'), act()) };
    Object.assign((globalThis as never as { Zone: object }).Zone, { current: zone });
    const out: number[] = [];
    range(0, 9)
      .pipe(parallelMap((worker, n) => worker.double(n), localPool({ double: (n: number) => 2 * n })))
      .subscribe((n) => out.push(n));
    expect(out.length).toBe(9);
    expect(entered).toEqual([]);
  });
});
