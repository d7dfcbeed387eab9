/** Plays a round: opens its pools, starts its streams, lets things go wrong, and judges what came of it. */
import type { Script } from './deeds.ts';
import { Ledger } from './ledger.ts';
import { Model } from './model.ts';
import { type RoundPlan, deedOf } from './plan.ts';
import { PoolRun } from './poolRun.ts';
import type { Report } from './report.ts';
import { limitProblems, verdict } from './verdict.ts';
import { type Watch, until } from './watch.ts';

/** What a stream, a closing pool or a thread may take, in ms, before it is said to hang. */
const PATIENCE = 60_000;

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
  );
  watch.ledger = ledger;
  const script: Script = { book: ledger.book, deeds: streams.map(({ deeds }) => deeds) };
  const pools = plan.pools.map((pool) => new PoolRun(pool, ledger, script, report));
  for (const pool of pools) pool.start();
  let hangs = !(await until(() => pools.every((pool) => pool.over), PATIENCE));
  const differences: string[] = [];
  for (const [at, pool] of pools.entries()) {
    const say = (what: string): unknown => differences.push(`pool ${at} (${pool.plan.kind}): ${what}`);
    if (!hangs) for (const what of await pool.settle()) say(what);
    judge(pool, ledger, report).forEach(say);
    if (!hangs && !(await closes(pool))) {
      hangs = true;
      say(`close() hangs: ${JSON.stringify(pool.open.stats())}`);
    }
  }
  if (!(await until(() => watch.alive.size === 0, hangs ? 0 : 10_000)))
    differences.push(`${watch.alive.size} threads are left`);
  watch.ledger = undefined;
  return { differences: [...differences, ...watch.mishaps()], hangs };
}

function closes(pool: PoolRun): Promise<boolean> {
  let closed = false;
  void pool.end().then(() => (closed = true));
  return until(() => closed, PATIENCE);
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
      const wrong = ledger.wrong(plan.id, index);
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
