/** How a fault comes about: a stream of tasks, one of them faulty, and what happens to it meanwhile. */
import { NEVER, Subject, concat, debounceTime, filter, firstValueFrom, range, take, tap } from 'rxjs';
import { COUNT, FAULTY, SIZE } from './sizes.js';

/** Nothing more comes when nothing has come for so many ms. */
const QUIET = 1500;

/** Each is told `{ fault, pool, host, settle, outcome }` and resolves when every task has its outcome. */
export const scenarios = {
  stream: ({ fault, pool, settle }) => settle(pool.settled(range(0, COUNT), oneIn(fault), fault.settings)),

  /** All tasks are alike: what goes wrong is between them. */
  alike: ({ fault: { argument = (n) => n, method }, pool, settle }) =>
    settle(pool.settled(range(0, COUNT), (n) => ({ method, value: argument(n) }))),

  /** A function of a class, sent to the workers as text. */
  inline: ({ library, settle }) => settle(library.inline(range(0, COUNT), SIZE)),

  /** The faulty one is a call of its own, cancelled as soon as it has begun. */
  async cancelled({ fault, pool, host, settle, outcome }) {
    const controller = new AbortController();
    void host.begun(FAULTY).then(() => controller.abort());
    const others = range(0, COUNT).pipe(filter((n) => n !== FAULTY));
    await Promise.all([
      settle(pool.settled(others, echo)),
      pool.run({ method: fault.method, value: FAULTY }, { signal: controller.signal }).then(
        (value) => outcome({ index: FAULTY, ok: true, value }),
        (reason) => outcome({ index: FAULTY, ok: false, reason }),
      ),
    ]);
  },

  /** Every worker has such a task when the stream is unsubscribed. */
  async unsubscribed({ fault, pool, host, settle, report }) {
    const all = Promise.all(Array.from({ length: SIZE }, (_, n) => host.begun(n)));
    const ended = new AbortController();
    const same = (value) => ({ method: fault.method, value });
    void settle(pool.settled(range(0, COUNT), same, { terminateAfter: 500 }), ended.signal);
    await all;
    ended.abort();
    report({ event: 'unsubscribed' });
  },

  async owned({ host, library, settle, report }) {
    const all = Promise.all(Array.from({ length: SIZE }, (_, n) => host.begun(n)));
    const ended = new AbortController();
    void settle(library.owned(range(0, COUNT), SIZE), ended.signal);
    await all;
    ended.abort();
    report({ event: 'unsubscribed' });
  },

  /** Nobody ends the faulty one: the others are done without it, or nothing happens any more. */
  async endless({ fault, pool, settle, report }) {
    const outcomes = new Subject();
    const others = firstValueFrom(outcomes.pipe(take(COUNT - 1), debounceTime(QUIET)));
    const all = settle(
      pool.settled(range(0, COUNT), oneIn(fault)).pipe(tap((each) => outcomes.next(each))),
      undefined,
      COUNT,
    );
    await others;
    report({ event: 'closing' });
    await Promise.all([all, pool.close({ drain: false }).then(() => report({ event: 'closed' }))]);
  },

  async terminated({ fault, pool, host, settle }) {
    void host.begun(FAULTY).then((worker) => host.terminate(worker));
    await settle(pool.settled(range(0, COUNT), oneIn(fault)));
  },

  /** None comes up: all tasks are alike. */
  start: ({ pool, settle }) => settle(pool.settled(range(0, COUNT), echo)),

  /** The source goes on when the pool is closed, in the middle of what it has emitted. */
  async closed({ fault, pool, host, settle, report }) {
    const count = 4 * SIZE;
    const each = (value) => ({ method: value < SIZE ? fault.method : 'busy', value });
    const all = settle(pool.settled(concat(range(0, count), NEVER), each), undefined, count);
    await Promise.all(Array.from({ length: SIZE }, (_, n) => host.begun(n)));
    report({ event: 'closing' });
    await Promise.all([all, pool.close(fault.settings).then(() => report({ event: 'closed' }))]);
  },
};

function oneIn({ method, argument }) {
  return (n) => (n === FAULTY ? { method, value: argument ?? n } : echo(n));
}

function echo(value) {
  return { method: 'echo', value };
}
