/** The recall of what workers have not begun: from which of them, and when. */
import { replaceClock } from '../../../lib/primitives/clock.ts';
import { Recall } from '../../../lib/workerPool/dispatch/recall.ts';

/** A worker: of which priority what it has is, whether it has begun all of it, and whether it makes way. */
class Slot {
  retired = false;
  idle = false;
  state: 'up' | 'down' | 'starting' = 'up';
  readonly life = { up: true };
  spare = true;
  readonly #name: string;
  readonly #said: string[];
  readonly #lowest: number;
  readonly #makesWay: boolean;

  constructor(name: string, said: string[], lowest: number, makesWay: boolean = true) {
    this.#name = name;
    this.#said = said;
    this.#lowest = lowest;
    this.#makesWay = makesWay;
  }

  get batches() {
    if (this.state !== 'up') return undefined;
    return {
      lowest: this.#lowest,
      spare: this.spare,
      makeWay: (priority: number): boolean => {
        this.#said.push(`${this.#name} for ${priority}`);
        return this.#makesWay;
      },
      recallIfStuck: () => void this.#said.push(`${this.#name} recalled`),
    };
  }
}

interface Waits {
  readonly priority?: number;
  readonly waiting?: number;
  readonly canFetch?: boolean;
  readonly concurrency?: number;
  /** How many workers have tasks of it. */
  readonly slots?: number;
  /** Of a sticky stream: the workers that what waits is for. */
  readonly homes?: readonly Slot[];
}

/** Says which workers are asked to make way, in this order. */
function recalling(slots: readonly Slot[], streams: readonly Waits[], said: string[]) {
  const attachments = streams.map(
    ({ canFetch, concurrency = Infinity, homes, priority = 1, slots: has = 0, waiting = 1 }) => ({
      priority,
      slots: has,
      sticky: homes !== undefined,
      waitingFor: (life: object): number => (homes?.some((home) => home.life === life) === true ? waiting : 0),
      source: { concurrency, canFetch, waiting: (): number => waiting },
    }),
  );
  const recall = new Recall(slots as never, { waiting: () => attachments } as never, () => void said.push('pumped'));
  recall.ranked = true;
  return recall;
}

describe('Recall', () => {
  let said: string[];
  const slot = (name: string, lowest: number = 0, makesWay?: boolean): Slot => new Slot(name, said, lowest, makesWay);
  beforeEach(() => (said = []));

  describe('lets workers make way', () => {
    it('where there are several priorities', () => {
      const recall = recalling([slot('a')], [{}], said);
      recall.ranked = false;
      recall.makeWay();
      expect(said).toEqual([]);
      recall.ranked = true;
      recall.makeWay();
      expect(said).toEqual(['a for 1']);
    });

    it('one for each task that waits, of those that have something of a lower priority', () => {
      const [gone, away] = [slot('gone'), slot('away')];
      gone.state = 'down';
      away.retired = true;
      recalling([slot('same', 1), gone, away, slot('a'), slot('b'), slot('c')], [{ waiting: 2 }], said).makeWay();
      expect(said).toEqual(['a for 1', 'b for 1']);
    });

    it('of which those that have nothing to give do not count', () => {
      recalling([slot('a', 0, false), slot('b'), slot('c')], [{}], said).makeWay();
      expect(said).toEqual(['a for 1', 'b for 1']);
    });

    it('no more than the stream may use at once', () => {
      recalling(
        ['a', 'b', 'c'].map((name) => slot(name)),
        [{ waiting: 9, concurrency: 4, slots: 2 }],
        said,
      ).makeWay();
      expect(said).toEqual(['a for 1', 'b for 1']);
    });

    it('one for a source that could be asked', () => {
      recalling([slot('a'), slot('b')], [{ waiting: 0, canFetch: true }], said).makeWay();
      expect(said).toEqual(['a for 1']);
      recalling([slot('c')], [{ waiting: 0 }], said).makeWay();
      expect(said).toEqual(['a for 1']);
    });

    it('each for one stream, in the order of the turns', () => {
      const streams = [{ priority: 2 }, { priority: 1 }];
      recalling([slot('a', 1), slot('b'), slot('c')], streams, said).makeWay();
      expect(said).toEqual(['a for 2', 'b for 1']);
    });

    it('and asks none for those that come after one that they give nothing', () => {
      recalling([slot('a', 0, false)], [{}, {}], said).makeWay();
      expect(said).toEqual(['a for 1']);
    });

    it('only that for which it is, where a stream is sticky; those after it are asked about all the same', () => {
      const [a, b, c] = ['a', 'b', 'c'].map((name) => slot(name)) as [Slot, Slot, Slot];
      recalling([a, b, c], [{ homes: [b], waiting: 5 }, {}], said).makeWay();
      expect(said).toEqual(['b for 1', 'a for 1']);
    });

    it('all of them, where those that were asked have not been heard of', () => {
      recalling(
        ['a', 'b', 'c'].map((name) => slot(name)),
        [{}],
        said,
      ).makeWay(true);
      expect(said).toEqual(['a for 1', 'b for 1', 'c for 1']);
    });
  });

  describe('looks again', () => {
    let clock: ReturnType<typeof replaceClock>;
    let timers: { readonly act: () => void; readonly ms: number }[];
    beforeEach(() => {
      timers = [];
      clock = replaceClock({
        setTimeout: ((act: () => void, ms: number) => {
          const timer = { act, ms };
          timers.push(timer);
          return timer;
        }) as never,
        clearTimeout: (timer: unknown) => void (timers = timers.filter((each) => each !== timer)),
      });
    });
    afterEach(() => void replaceClock(clock));

    for (const [what, change] of [
      ['is idle', (other: Slot) => (other.idle = true)],
      ['could be started', (other: Slot) => (other.state = 'down')],
    ] as const)
      it(`where another worker ${what}, and one has tasks that it has not begun`, () => {
        const [busy, other] = [slot('busy'), slot('other')];
        const recall = recalling([busy, other], [], said);
        recall.schedule();
        expect(timers.length).withContext('both are busy').toBe(0);
        change(other);
        busy.spare = false;
        other.spare = false;
        recall.schedule();
        expect(timers.length).withContext('nothing to recall').toBe(0);
        busy.spare = true;
        other.retired = true;
        recall.schedule();
        expect(timers.length).withContext('it is retired').toBe(0);
        other.retired = false;
        recall.schedule();
        recall.schedule();
        expect(timers.map(({ ms }) => ms)).toEqual([20]);
      });

    it('where more workers could make way than were asked', () => {
      const recall = recalling([slot('a'), slot('b')], [{}], said);
      recall.makeWay();
      recall.schedule();
      expect(timers.length).toBe(1);
      recall.stop();
      expect(timers.length).toBe(0);
      const all = recalling([slot('a')], [{}], said);
      all.makeWay();
      all.schedule();
      expect(timers.length).toBe(0);
      const nothing = recalling([slot('a')], [{ waiting: 0 }], said);
      nothing.makeWay();
      nothing.schedule();
      expect(timers.length).toBe(0);
      // All are of one priority again.
      const equal = recalling([slot('a'), slot('b')], [{}], said);
      equal.makeWay();
      equal.ranked = false;
      equal.makeWay();
      equal.schedule();
      expect(timers.length).toBe(0);
    });

    it('at all: those that have begun nothing give back, all make way, and what came back is served', () => {
      const idle = slot('idle');
      idle.idle = true;
      const recall = recalling([slot('a'), slot('b'), idle], [{}], said);
      recall.schedule();
      timers[0]!.act();
      expect(said).toEqual([
        ...['a recalled', 'b recalled', 'idle recalled'],
        ...['a for 1', 'b for 1', 'idle for 1'],
        'pumped',
      ]);
      recall.schedule();
      expect(timers.length).withContext('once more').toBe(2);
    });
  });
});
