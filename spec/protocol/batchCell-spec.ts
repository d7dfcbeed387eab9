import { replaceClock } from '../../lib/primitives/clock.ts';
import {
  BEGUN,
  CELL,
  CLAIM,
  DONE,
  HostCell,
  LATE,
  SIGNAL,
  SLOTS,
  WorkerCell,
  claimOf,
  endOf,
  nextOf,
} from '../../lib/protocol/batchCell.ts';

/** The second of two cells in one memory: what lies around it must not change. */
const SLOT = 1;
const AT = SLOT * CELL;

/** Both sides of one cell. In process the memory need not be shared. */
function sides(count: number) {
  const words = new Int32Array(CELL * SLOTS).fill(77);
  return { words, host: new HostCell(words, SLOT, count), worker: new WorkerCell(words, SLOT, count) };
}

/** Each side has its own. */
function apart(count: number) {
  return { host: new HostCell(undefined, -1, count), worker: new WorkerCell(undefined, -1, count) };
}

/** Before the first compare-and-exchange of `act` the other side is just that quicker. */
function racing<T>(act: () => T, other: () => void): T {
  const exchange = Atomics.compareExchange;
  let raced = false;
  const spy = spyOn(Atomics, 'compareExchange').and.callFake(((...args: Parameters<typeof exchange>) => {
    if (!raced) {
      raced = true;
      other();
    }
    return exchange(...args);
  }) as never);
  try {
    return act();
  } finally {
    spy.and.callThrough();
  }
}

const claims = (worker: WorkerCell): number[] => {
  const all: number[] = [];
  for (let at = worker.claim(); at >= 0; at = worker.claim()) all.push(at);
  return all;
};

describe('The cell of a batch', () => {
  it('starts afresh for each batch, and leaves the cells beside it alone', () => {
    const { words, host, worker } = sides(3);
    const expectFresh = (cell: HostCell) => {
      expect([cell.shared, cell.claimed, cell.done, cell.age, cell.listens]).toEqual([true, 0, 0, undefined, false]);
      expect([...words.slice(AT, AT + CELL)]).toEqual([claimOf(0, 3), 0, -1, 0]);
    };
    expectFresh(host);
    worker.open();
    worker.claim();
    worker.ask();
    worker.done(1);
    worker.cut(0, true);
    host.timeOut();
    expectFresh(new HostCell(words, SLOT, 3));
    expect([...words.slice(0, AT), ...words.slice(AT + CELL)].every((word) => word === 77)).toBeTrue();
  });

  it('holds the most that a half of a word can', () => {
    for (const [next, end] of [
      [0, 0xffff],
      [0xffff, 0xffff],
      [0x7fff, 0x8000],
    ] as const)
      expect([nextOf(claimOf(next, end)), endOf(claimOf(next, end))]).toEqual([next, end]);
    const { host, worker } = sides(0xffff);
    expect([worker.claim(), host.claimed, host.recall(), worker.claim()]).toEqual([0, 1, 1, -1]);
  });

  for (const [memory, both] of Object.entries({ shared: sides, 'not shared': apart }))
    it(`gives each task once, in order, and then none (${memory})`, () => {
      const { worker } = both(3);
      expect(worker.more).toBeTrue();
      expect([worker.claim(), worker.more, worker.claim(), worker.more]).toEqual([0, true, 1, true]);
      expect([worker.claim(), worker.more, worker.claim(), worker.claim()]).toEqual([2, false, -1, -1]);
    });

  it('shows the host what has begun and what has ended', () => {
    const { host, worker } = sides(3);
    worker.claim();
    expect([host.claimed, host.done]).toEqual([1, 0]);
    worker.done(1);
    worker.claim();
    expect([host.claimed, host.done]).toEqual([2, 1]);
  });

  describe('that is recalled', () => {
    it('keeps what has begun, and nothing else begins', () => {
      const { host, worker } = sides(4);
      worker.claim();
      worker.claim();
      expect(host.recall()).toBe(2);
      expect([worker.stopped(0), worker.stopped(1)]).toEqual([false, false]);
      expect([worker.more, worker.claim(), host.claimed]).toEqual([false, -1, 2]);
      // Once more takes nothing back.
      expect(host.recall()).toBe(2);
    });

    it('loses to a claim that is just that quicker', () => {
      const { host, worker } = sides(3);
      expect(racing(host.recall.bind(host), () => worker.claim())).toBe(1);
      expect([host.claimed, worker.claim()]).toEqual([1, -1]);
    });

    it('is quicker than a claim', () => {
      const { host, worker } = sides(3);
      expect(racing(worker.claim.bind(worker), () => expect(host.recall()).toBe(0))).toBe(-1);
      expect(host.claimed).toBe(0);
    });

    it('does not raise the end that a cancellation has set', () => {
      const { host, worker } = sides(4);
      worker.claim();
      worker.claim();
      host.cancelFrom(1);
      expect(host.recall()).toBe(2);
      expect([worker.stopped(0), worker.stopped(1)]).toEqual([false, true]);
    });
  });

  describe('that is cancelled', () => {
    it('beyond what has begun: up to there it goes on', () => {
      const { host, worker } = sides(4);
      worker.claim();
      expect(host.cancelFrom(3)).toBe(3);
      expect(worker.stopped(0)).toBeFalse();
      expect(claims(worker)).toEqual([1, 2]);
      expect(worker.stopped(2)).toBeFalse();
    });

    it('within what has begun: that sees it, and nothing follows', () => {
      const { host, worker } = sides(4);
      worker.claim();
      worker.claim();
      expect(host.cancelFrom(1)).toBe(2);
      expect([worker.stopped(0), worker.stopped(1), worker.late]).toEqual([false, true, false]);
      expect([worker.more, worker.claim(), host.claimed]).toEqual([false, -1, 2]);
    });

    it('further back than before: the end never rises', () => {
      const { host, worker } = sides(4);
      host.cancelFrom(1);
      expect(host.cancelFrom(3)).toBe(1);
      expect(claims(worker)).toEqual([0]);
    });

    it('while a task is claimed: that counts as begun', () => {
      const { host, worker } = sides(2);
      const from = racing(
        () => host.cancelFrom(0),
        () => worker.claim(),
      );
      expect([from, host.claimed, worker.stopped(0), worker.claim()]).toEqual([1, 1, true, -1]);
    });
  });

  describe('with a timeout', () => {
    it('listens once its task has asked', () => {
      const { host, worker } = sides(1);
      worker.claim();
      expect([host.listens, worker.stopped(0), worker.late]).toEqual([false, false, false]);
      worker.ask();
      expect([host.listens, worker.stopped(0), worker.late]).toEqual([true, false, false]);
    });

    it('is late from then on, and asking does not change that', () => {
      const { words, host, worker } = sides(1);
      worker.claim();
      worker.ask();
      host.timeOut();
      worker.ask();
      expect(words[AT + SIGNAL]).toBe(LATE);
      expect([host.listens, worker.stopped(0), worker.late]).toEqual([false, true, true]);
    });

    it('is late to whoever sees that it has to stop', () => {
      const { host, worker } = sides(1);
      worker.claim();
      racing(host.timeOut.bind(host), () => expect(worker.late).toBeTrue());
      expect(worker.stopped(0)).toBeTrue();
    });

    it('is late though it asks at the same moment', () => {
      const { host, worker } = sides(1);
      worker.claim();
      racing(worker.ask.bind(worker), () => host.timeOut());
      expect([worker.late, host.listens]).toEqual([true, false]);
    });
  });

  describe('that is begun', () => {
    let now = 0;
    let before: ReturnType<typeof replaceClock>;
    beforeEach(() => (before = replaceClock({ wallClock: () => now })));
    afterEach(() => void replaceClock(before));

    for (const [when, start] of Object.entries({
      'at any time': 1e12,
      'at 0': 0,
      'just before the clock starts from 0 again': 0x7fffffff - 2,
    }))
      it(`${when} has an age`, () => {
        const { host, worker } = sides(1);
        now = start;
        expect(host.age).toBeUndefined();
        worker.open();
        expect(host.age).toBe(0);
        now += 5;
        expect(host.age).toBe(5);
      });
  });

  describe('in which a worker has written anything', () => {
    it('has begun no more tasks than there are', () => {
      const { words, host } = sides(3);
      words[AT + CLAIM] = -1;
      expect(host.claimed).toBe(3);
      words[AT + CLAIM] = claimOf(900, 2);
      expect(host.claimed).toBe(3);
      words[AT + CLAIM] = claimOf(2, 0);
      expect([host.claimed, host.recall()]).toEqual([2, 2]);
    });

    it('has no age that is negative', () => {
      const { words, host } = sides(1);
      words[AT + BEGUN] = -2;
      expect(host.age).toBeUndefined();
      words[AT + BEGUN] = 0x7fffffff;
      expect(host.age).toBeGreaterThanOrEqual(0);
    });

    it('does not listen by anything but its word', () => {
      const { words, host } = sides(1);
      for (const word of [-1, LATE, 3]) {
        words[AT + SIGNAL] = word;
        expect(host.listens).toBeFalse();
      }
    });
  });

  describe('where memory is not shared', () => {
    it('may have begun as a whole: nothing is recalled, nothing is known to have ended', () => {
      const { host, worker } = apart(3);
      worker.open();
      worker.claim();
      worker.done(1);
      expect([host.shared, worker.shared, host.claimed, host.done, host.age]).toEqual([false, false, 3, 0, undefined]);
      expect([host.recall(), host.cancelFrom(1), host.claimed]).toEqual([3, 3, 3]);
    });

    it('is not shared without a slot, nor without memory', () => {
      const words = new Int32Array(CELL);
      expect([new WorkerCell(words, -1, 1).shared, new WorkerCell(undefined, 0, 1).shared]).toEqual([false, false]);
      expect(new WorkerCell(words, 0, 1).shared).toBeTrue();
    });

    it('gets its end by a message', () => {
      const { worker } = apart(4);
      worker.claim();
      worker.claim();
      worker.cut(1, false);
      expect([worker.stopped(0), worker.stopped(1), worker.late, worker.claim()]).toEqual([false, true, false, -1]);
      worker.cut(3, false);
      expect(worker.more).toBeFalse();
    });

    it('learns by a message that its time is up', () => {
      const { worker } = apart(1);
      worker.claim();
      worker.ask();
      expect(worker.late).toBeFalse();
      worker.cut(0, true);
      worker.ask();
      expect([worker.stopped(0), worker.late]).toEqual([true, true]);
    });

    it('learns by a message that its task has asked', () => {
      const { host } = apart(1);
      expect(host.listens).toBeFalse();
      host.asked();
      expect(host.listens).toBeTrue();
      host.timeOut();
      host.asked();
      expect(host.listens).toBeFalse();
    });

    it('a message changes nothing in a shared cell: its host has written there already', () => {
      const { words, worker } = sides(3);
      worker.cut(1, true);
      expect([...words.slice(AT, AT + CELL)]).toEqual([claimOf(0, 3), 0, -1, 0]);
      expect(words[AT + DONE]).toBe(0);
    });
  });
});
