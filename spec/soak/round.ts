/** Plays a round: opens its pools, starts its streams, lets things go wrong, and judges what came of it. */
import type { Script } from './deeds.ts';
import { Ledger } from './ledger.ts';
import { Model } from './model.ts';
import { type RoundPlan, deedOf, triesOf } from './plan.ts';
import { PoolRun } from './poolRun.ts';
import type { Report } from './report.ts';
import { limitProblems, verdict } from './verdict.ts';
import { type Watch, until } from './watch.ts';

/** What a closing pool or a thread may take, in ms, and streams without a task or result more, before they are said to hang. */
const PATIENCE = 30_000;

/** Of what keeps a process alive, what is of threads and timers: its output is, too. */
const KEPT_ALIVE: ReadonlySet<string> = new Set(['Timeout', 'Immediate', 'MessagePort', 'Worker']);

export interface Result {
  readonly differences: readonly string[];
  /** What did not end may go on for ever: nothing after it can be trusted. */
  readonly hangs: boolean;
}

export async function playRound(plan: RoundPlan, watch: Watch, report: Report): Promise<Result> {
  const streams = plan.pools.flatMap((pool) => pool.streams);
  const ledger = Ledger.open(
    watch.lastThread,
    streams.map(({ source }) => source.count),
    streams.map(({ options }) => options.keys),
  );
  watch.ledger = ledger;
  const before = watch.resources();
  const script: Script = { book: ledger.book, deeds: streams.map(({ deeds }) => deeds) };
  const pools = plan.pools.map((pool) => new PoolRun(pool, ledger, script, report));
  for (const pool of pools) pool.start();
  let hangs = !(await over(pools));
  const differences: string[] = [];
  for (const [at, pool] of pools.entries()) {
    const say = (what: string): unknown => differences.push(`pool ${at} (${pool.plan.kind}): ${what}`);
    if (hangs) for (const call of pool.calls) say(`${call} hangs`);
    else for (const what of await pool.untilIdle()) say(what);
    judge(pool, ledger, report).forEach(say);
    const ended = hangs ? [] : await endOf(pool);
    ended?.forEach(say);
    if (ended === undefined) {
      hangs = true;
      say(`close() hangs: ${JSON.stringify(pool.open.stats())}`);
    }
  }
  if (!(await until(() => watch.alive.size === 0, hangs ? 0 : 10_000)))
    differences.push(`${watch.alive.size} threads are left`);
  if (!hangs) differences.push(...(await leftovers(before, watch)));
  watch.ledger = undefined;
  return { differences: [...differences, ...watch.mishaps()], hangs };
}

/** Whether all streams end; on a busy machine that may take long. */
async function over(pools: readonly PoolRun[]): Promise<boolean> {
  // Calls beside the streams may have to come first.
  const done = ({ open, streams }: PoolRun): number =>
    streams.reduce(
      (sum, { log, starts }) => sum + log.arrived + log.values.length + starts,
      open.stats()?.completed ?? 0,
    );
  const progress = (): number => pools.reduce((sum, pool) => sum + done(pool), 0);
  for (let seen = -1, now = 0; now !== seen; now = progress()) {
    seen = now;
    if (await until(() => pools.every((pool) => pool.over), PATIENCE)) return true;
  }
  return false;
}

/** What was wrong with it in the end; undefined: that does not come. */
async function endOf(pool: PoolRun): Promise<readonly string[] | undefined> {
  let found: readonly string[] | undefined;
  void pool.end().then((wrong) => (found = wrong));
  await until(() => found !== undefined, PATIENCE);
  return found;
}

/** What keeps the process alive that did not before. */
async function leftovers(before: ReadonlyMap<string, number>, watch: Watch): Promise<string[]> {
  const more = (): string[] =>
    [...watch.resources()]
      .filter(([kind]) => KEPT_ALIVE.has(kind))
      .flatMap(([kind, count]) =>
        count > (before.get(kind) ?? 0) ? [`${count - (before.get(kind) ?? 0)} of ${kind} are left`] : [],
      );
  await until(() => more().length === 0, 3000);
  return more();
}

/** Judges all streams of a pool. */
function judge(pool: PoolRun, ledger: Ledger, report: Report): string[] {
  const found: string[] = [];
  let innocent = 0;
  let strays = 0;
  for (const stream of pool.streams) {
    const { log, plan } = stream;
    const model = new Model(plan, pool.plan, ledger);
    const say = (what: string): unknown =>
      found.push(`stream ${plan.id} (${plan.operator}, ${plan.ordered ? 'ordered' : 'unordered'}): ${what}`);
    if (log.subscribed || log.end !== undefined) verdict(model, log, pool.fate).forEach(say);
    else say('it was never started');
    innocent += model.innocentCrashes;
    const begunAfterEnd = log.end === undefined ? 0 : stream.starts - log.startsAtEnd;
    limitProblems(model, log, ledger.most(plan.id), begunAfterEnd).forEach(say);
    for (let index = 0; index < plan.source.count; index++) {
      const wrong = ledger.wrong(plan.id, index, triesOf(plan) > 0);
      if (wrong !== undefined) say(`task ${index} (${deedOf(plan, index)}) ${wrong}`);
      const starts = ledger.starts(plan.id, index);
      if (deedOf(plan, index) === 'stray') strays += starts;
      report.began(deedOf(plan, index), starts);
    }
    report.ended(log);
  }
  if (innocent > pool.fate.assaults + strays)
    found.push(
      `${innocent} tasks died of what was not their doing; there were ${pool.fate.assaults} assaults, ${strays} stray errors`,
    );
  return found;
}
