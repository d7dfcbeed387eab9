/** Streams over workers that a spec plays. */
import { NEVER, type Observable, type Subscription, concat, range } from 'rxjs';
import { type ParallelOptions, parallelMap } from '../../lib/index.ts';
import { FakeWorkers } from './fakeWorkers.ts';

/** What a stream says. */
export class Results {
  readonly said: unknown[] = [];
  readonly subscription: Subscription;

  constructor(
    workers: FakeWorkers,
    source: Observable<unknown>,
    options: Omit<ParallelOptions, 'context' | 'transfer'> = {},
    operator: typeof parallelMap = parallelMap,
  ) {
    this.subscription = source.pipe(operator((worker, value) => worker.echo(value), workers.pool, options)).subscribe({
      next: (value) => this.said.push(value),
      error: (error: unknown) => this.said.push(error),
      complete: () => this.said.push('complete'),
    });
  }
}

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** A worker with two messages: of one stream, whose tasks are known to be quick. */
export async function two(options: ConstructorParameters<typeof Results>[2] = {}, settings = { size: 1 }) {
  const fake = new FakeWorkers(settings);
  const results = new Results(fake, concat(range(0, 64), NEVER), { batch: 4, ...options });
  const worker = fake.workers[0]!;
  await fake.up();
  while (worker.counts.at(-1)! < 4) await worker.run();
  await worker.run();
  expect(worker.runs.map(({ count }) => count)).toEqual([4, 4]);
  const [first, second] = worker.has as [number, number];
  return { fake, results, worker, first, second };
}
