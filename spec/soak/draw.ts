/** Draws the plan of a round from a seed. */
import { type GeneratorValue, gen, integer, noBias, sample } from 'fast-check';
import type { Deed } from './deeds.ts';
import type {
  ClosePlan,
  OptionsPlan,
  PolicyPlan,
  PoolKind,
  PoolPlan,
  RoundPlan,
  SourcePlan,
  StopPlan,
  StreamPlan,
} from './plan.ts';

type Kinds = readonly PoolKind[];
const ALL: Kinds = ['worker', 'plain', 'leased', 'inline', 'local'];
const WORKERS: Kinds = ['worker', 'plain', 'leased', 'inline'];
const OURS: Kinds = ['worker', 'leased', 'inline'];

/** Deeds that give a value, and on which pools. */
const GOOD: Partial<Record<Deed, Kinds>> = {
  value: ALL,
  text: ALL,
  falsy: ALL,
  bytes: ALL,
  again: ALL,
  reused: ALL,
  emptied: ALL,
  blink: ALL,
  busy: ALL,
  nap: ALL,
  late: ALL,
  stubborn: ALL,
  patient: ['worker', 'leased', 'inline', 'local'],
  reports: ['worker', 'leased', 'inline', 'local'],
  // Where it is run again.
  unlucky: ALL,
};
const QUICK: readonly Deed[] = ['value', 'text', 'falsy', 'again', 'reused', 'emptied', 'blink', 'late'];
const BAD: Partial<Record<Deed, Kinds>> = {
  throw: ALL,
  throwCustom: ALL,
  throwFalsy: ALL,
  reject: ALL,
  throwFunction: OURS,
  resultFunction: WORKERS,
  argFunction: WORKERS,
  noCall: ['worker', 'plain', 'leased', 'local'],
  callThrows: ['worker', 'plain', 'leased', 'local'],
};
const FATAL: Partial<Record<Deed, Kinds>> = {
  exit: WORKERS,
  exhaust: ['worker', 'plain'],
  exitLate: WORKERS,
  uncaught: WORKERS,
  floating: OURS,
  flaky: WORKERS,
  stray: OURS,
};
/** They end only by a timeout, or with their stream. */
const ENDLESS: Partial<Record<Deed, Kinds>> = {
  loop: WORKERS,
  never: WORKERS,
  wait: ['worker', 'leased', 'inline', 'local'],
};

const FORMS: readonly StreamPlan['form'][] = ['number', 'number', 'pair', 'object', 'moved', 'shared'];
const FORMS_INLINE: readonly StreamPlan['form'][] = ['number', 'moved'];

const on = (deeds: Partial<Record<Deed, Kinds>>, kind: PoolKind): Deed[] =>
  (Object.keys(deeds) as Deed[]).filter((deed) => deed !== 'unlucky' && deeds[deed]!.includes(kind));
/** Whether it is one that goes wrong. */
export const isFault = (deed: Deed): boolean => !(deed in GOOD);
const isFatal = (deed: Deed): boolean => deed in FATAL;
const isEndless = (deed: Deed): boolean => deed in ENDLESS;

/** Chance, as plans are drawn with it. */
class Dice {
  readonly #draw: GeneratorValue;

  constructor(seed: number) {
    [this.#draw] = sample(noBias(gen()), { seed, numRuns: 1 }) as [GeneratorValue];
  }

  between(min: number, max: number): number {
    return this.#draw(integer, { min, max });
  }

  percent(chance: number): boolean {
    return this.between(0, 99) < chance;
  }

  of<T>(...choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)]!;
  }

  list<T>(most: number, item: () => T): T[] {
    return Array.from({ length: this.between(0, most) }, item);
  }
}

export function drawRound(seed: number): RoundPlan {
  const dice = new Dice(seed);
  let id = 0;
  const pools = Array.from({ length: dice.of(1, 1, 2) }, () => drawPool(dice, () => id++));
  return { seed, pools };
}

function drawPool(dice: Dice, nextId: () => number): PoolPlan {
  const kind = dice.of<PoolKind>(
    'worker',
    'worker',
    'worker',
    'worker',
    'inline',
    'inline',
    'leased',
    'plain',
    'local',
  );
  const size = kind === 'local' ? 1 : dice.of(1, 2, 2, 3, 4);
  // Where nothing goes wrong, more can be said of what has to be.
  const calm = dice.percent(20);
  const drawn = Array.from({ length: dice.of(1, 2, 3, 5) }, () => drawStream(dice, kind, size, nextId(), calm));
  const own = kind === 'worker' || kind === 'plain';
  const assaulted = !calm && (own || kind === 'leased') && dice.percent(25);
  const streams = drawn
    .map((stream) => maybeMany(dice, kind, stream))
    // With `batch`, moved inputs may wait at a worker, and are lost with it.
    .map((stream) => (stream.form !== 'moved' || drawn.every(spares) ? stream : withAutoBatch(stream)));
  // threads.js never settles what is queued where a thread has died.
  const called = kind !== 'inline' && (kind !== 'leased' || (!assaulted && streams.every(spares))) && dice.percent(50);
  const calls = called ? dice.list(4, () => dice.between(0, 300)) : [];
  const callsAtOnce = kind === 'leased' ? 1 : dice.of(1, 1, 30, 2000);
  // To replace a worker takes a while.
  const tasks = streams.reduce((sum, { source }) => sum + source.count, calls.length * callsAtOnce);
  const recycled = Math.max(dice.of(1, 2, 7, 50), Math.ceil(tasks / 25));
  return {
    kind,
    size,
    idleTimeout: own && dice.percent(40) ? dice.of(0, 1, 20, 200) : undefined,
    maxTasksPerWorker: own && dice.percent(25) ? recycled : undefined,
    badStarts: own && !calm && dice.percent(15) ? [dice.between(0, 3), dice.between(4, 9)] : [],
    badSetup: kind === 'worker' && dice.percent(50),
    setupMs: dice.of(0, 0, 5, 40),
    teardownMs: dice.of(0, 0, 5, 40),
    rounds: (own || kind === 'local') && dice.percent(30) ? dice.list(4, () => drawEach(dice, kind)) : [],
    warmUps: (own || kind === 'local') && dice.percent(30) ? dice.list(3, () => drawWarmUp(dice, size)) : [],
    assaults: assaulted ? dice.list(4, () => dice.between(0, 400)) : [],
    close: kind !== 'inline' && !calm && dice.percent(25) ? drawClose(dice, kind) : undefined,
    drainLast: dice.percent(50),
    calls,
    callsAtOnce,
    policies: (own || kind === 'local') && dice.percent(30) ? dice.list(6, () => drawPolicy(dice, size)) : [],
    watched: (kind === 'worker' || kind === 'local') && dice.percent(40),
    streams,
  };
}

const drawEach = (dice: Dice, kind: PoolKind): PoolPlan['rounds'][number] => ({
  at: dice.of(0, dice.between(0, 300)),
  // A plain worker does not know which calls it has made.
  keep: kind === 'worker' && dice.percent(50),
});

const drawWarmUp = (dice: Dice, size: number): PoolPlan['warmUps'][number] => ({
  at: dice.of(0, dice.between(0, 300)),
  workers: dice.between(1, size),
});

function drawPolicy(dice: Dice, size: number): PolicyPlan {
  const at = dice.between(0, 300);
  return dice.percent(40)
    ? { kind: 'pause', at, ms: dice.between(0, 60) }
    : { kind: 'resize', at, size: dice.between(1, size) };
}

/** Some streams of tasks with one result as one of generators. */
function maybeMany(dice: Dice, kind: PoolKind, plan: StreamPlan): StreamPlan {
  const { chained, form, options } = plan;
  const may = (kind === 'worker' || kind === 'local') && form === 'number' && !chained;
  if (!may || !dice.percent(50)) return plan;
  const own = { batch: undefined, buffer: dice.of(1, 2, 64, 500), keys: undefined, sticky: false };
  // One that has given values is not run again; whether they have come before it died nobody can say.
  const deeds = plan.deeds.map((deed) => (deed === 'flaky' ? 'exit' : deed));
  return { ...plan, deeds, many: true, options: { ...options, ...own } };
}

const withAutoBatch = (stream: StreamPlan): StreamPlan => ({
  ...stream,
  options: { ...stream.options, batch: 'auto' },
});

/** Whether no worker is terminated of a stream. */
export const spares = ({ deeds, options, source, stop }: StreamPlan): boolean =>
  deeds.every((deed) => deed in GOOD) &&
  stop === undefined &&
  options.timeout === undefined &&
  source.failAt === undefined;

function drawClose(dice: Dice, kind: PoolKind): ClosePlan {
  // A threads.js Pool drains by its own rules, which its streams do not know of: it is closed at once.
  const drain = kind !== 'leased' && dice.percent(60);
  return {
    at: dice.between(0, 300),
    drain,
    cut: drain && dice.percent(40) ? dice.between(0, 200) : undefined,
    again: dice.percent(60),
  };
}

function drawStream(dice: Dice, kind: PoolKind, size: number, id: number, calm: boolean): StreamPlan {
  const stop = !calm && dice.percent(35) ? drawStop(dice) : undefined;
  // Many quick tasks, which travel together; now and then one among them that is not like the others.
  const quick = dice.percent(45);
  const operator = dice.of<StreamPlan['operator']>('parallelMap', 'parallelMapUnordered', 'parallelMapIterable');
  const pulled = operator === 'parallelMapIterable';
  const { timeout: limit, ...others } = drawOptions(dice, kind, size, quick, !pulled && kind !== 'inline');
  const drawn = calm ? undefined : limit;
  // An inline worker's first task has to import what it does.
  const timeout = drawn !== undefined && kind === 'inline' ? 400 : drawn;
  const endless = timeout !== undefined || stop?.kind === 'abort' || stop?.kind === 'unsubscribe';
  const bad = [...on(BAD, kind), ...on(BAD, kind), ...on(FATAL, kind), ...(endless ? on(ENDLESS, kind) : [])];
  const good = [...(quick ? QUICK : on(GOOD, kind)), ...(others.retry === undefined ? [] : (['unlucky'] as const))];
  const favoured = dice.of(...good);
  const rate = calm ? 0 : quick ? dice.of(0, 0, 3, 6) : dice.of(0, 3, 10, 30);
  const deeds = Array.from({ length: dice.between(quick ? 10 : 1, 40) }, () => {
    if (dice.percent(rate)) return dice.of(...(quick && dice.percent(50) ? on(GOOD, kind) : bad));
    return dice.percent(60) ? favoured : dice.of(...good);
  });
  // What never ends must not be let go on for ever.
  const terminateAfter = dice.percent(10) && !deeds.some(isEndless) ? Infinity : others.terminateAfter;
  const options = { ...others, timeout, terminateAfter };
  const many = quick ? dice.of(10, 300, 5000, 20_000) : dice.of(3, 20, 60, 120);
  const count = affordable(deeds, dice.between(0, many), {
    crash: 1 + (options.crashRetries ?? 0),
    timeout: 1 + (options.retry?.times ?? 0),
  });
  const source = drawSource(dice, count, options, stop, pulled);
  const forms = kind === 'inline' ? FORMS_INLINE : FORMS;
  const form = dice.of<StreamPlan['form']>(...forms, ...(pulled ? (['refilled', 'refilled'] as const) : []));
  return {
    id,
    operator,
    ordered: pulled ? dice.percent(50) : operator === 'parallelMap',
    startAt: dice.of(0, 0, dice.between(0, 200)),
    source: calm ? { ...source, failAt: undefined } : source,
    deeds,
    form,
    chained: kind !== 'inline' && options.onError !== 'settle' && dice.percent(15),
    many: false,
    setup: kind === 'inline' && dice.percent(50),
    stop,
    // An input that was moved cannot be run again, and the inline operator refuses to promise it.
    options:
      kind === 'inline' && form === 'moved' ? { ...options, crashRetries: undefined, retry: undefined } : options,
  };
}

/** How many of `count` tasks a round has time for: those that end their worker take longest. */
function affordable(
  deeds: readonly Deed[],
  count: number,
  runs: { readonly crash: number; readonly timeout: number },
): number {
  let cost = 0;
  for (let index = 0; index < count; index++) {
    const deed = deeds[index % deeds.length]!;
    if (isFatal(deed)) cost += runs.crash * (deed === 'exhaust' ? 3 : 1);
    else if (isEndless(deed)) cost += 2 * runs.timeout;
    else if (deed === 'stubborn') cost += 0.5;
    else if (!QUICK.includes(deed)) cost += 0.02;
    if (cost > 15) return index;
  }
  return count;
}

function drawStop(dice: Dice): StopPlan {
  const kind = dice.of<StopPlan['kind']>('unsubscribe', 'abort', 'leave', 'take');
  if (kind === 'unsubscribe' || kind === 'abort')
    return { kind, at: dice.of(0, dice.between(0, 50), dice.between(0, 300)) };
  return { kind, after: dice.between(1, 30) };
}

function drawSource(
  dice: Dice,
  count: number,
  options: OptionsPlan,
  stop: StopPlan | undefined,
  pulled: boolean,
): SourcePlan {
  const [burst, gap] = dice.of<[number, number]>([Infinity, 0], [Infinity, 0], [1, 0], [1, 2], [7, 0], [40, 3]);
  const timed = stop?.kind === 'abort' || stop?.kind === 'unsubscribe';
  // Only results are answered with a value more, so every task must have one.
  const feedback =
    !pulled && options.onError === 'settle' && options.maxPending === undefined && dice.percent(25)
      ? dice.between(1, 9)
      : undefined;
  return {
    // Slow ones take their time, the more so where idle workers are ended in between.
    count: burst < 40 ? Math.min(count, 300) : count,
    burst,
    gap,
    failAt: count > 0 && dice.percent(8) ? dice.between(0, count - 1) : undefined,
    // A generator that waits for ever could not be closed.
    endless: !pulled && timed && dice.percent(40),
    feedback,
  };
}

function drawOptions(dice: Dice, kind: PoolKind, size: number, quick: boolean, mayOverflow: boolean): OptionsPlan {
  const maybe = <T>(chance: number, value: T): T | undefined => (dice.percent(chance) ? value : undefined);
  const overflows = mayOverflow && dice.percent(20);
  const keys = maybe(30, dice.of(1, 3, 20, 1000));
  const onError = maybe(80, dice.of<'throw' | 'settle' | 'skip'>('throw', 'settle', 'settle', 'skip'));
  return {
    concurrency: maybe(30, dice.between(1, size + 1)),
    window: maybe(40, dice.of(1, 2, 5, 40, 500, Infinity)),
    buffer: undefined,
    batch: maybe(50, dice.of<number | 'auto'>('auto', 1, 3, 64)),
    onError,
    errorTiming: maybe(40, dice.of<'in-order' | 'immediate'>('in-order', 'immediate')),
    timeout: quick ? undefined : maybe(30, dice.of(60, 150, 400)),
    terminateAfter: maybe(60, dice.of(0, 20, 100, 300)),
    crashRetries: maybe(35, dice.of(1, 2)),
    retry: maybe(30, { times: dice.of(2, 2, 3, 5), delay: dice.of(0, 0, 1, 10) }),
    maxFailures: onError === 'settle' || onError === 'skip' ? maybe(25, dice.of(0, 1, 5, Infinity)) : undefined,
    priority: kind === 'inline' ? undefined : maybe(25, dice.of(-1, 1, 2.5)),
    keys,
    // A threads.js Pool has its threads back.
    sticky: keys !== undefined && kind !== 'leased' && dice.percent(40),
    maxPending: overflows ? dice.of(1, 5, 50) : undefined,
    overflow: overflows ? dice.of('error', 'drop-oldest', 'drop-newest') : undefined,
  };
}
