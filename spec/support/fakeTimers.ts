/** Fake timers as Sinon's are, which Jest and Vitest use too: time stands still until `tick`. */

interface Fake {
  /** `ms` pass: timers that are due run. */
  tick(ms: number): void;
  uninstall(): void;
}

type Act = (...args: unknown[]) => void;

/** Replaces the timers and clocks of the globals, and in Node those of `process` if they are to be among them. */
export function fakeTimers({ ofProcess = false }: { ofProcess?: boolean } = {}): Fake {
  const due = new Map<object, { at: number; act: () => void; every: number | undefined }>();
  const kept: Record<string, unknown> = {};
  const undo: (() => void)[] = [];
  let time = 1e12;

  const set =
    (repeats: boolean) =>
    (act: Act, ms = 0, ...args: unknown[]): object => {
      const timer = { unref: () => timer, ref: () => timer, [Symbol.toPrimitive]: () => 0 };
      due.set(timer, { at: time + ms, act: () => act(...args), every: repeats ? ms : undefined });
      return timer;
    };
  // Not ours: from before.
  const clear = (real: string) => (timer: unknown) => {
    if (!due.delete(timer as object)) (kept[`_${real}`] as Act)(timer);
  };
  const soon = (act: Act, ...args: unknown[]): object => set(false)(act, 0, ...args);
  const { Date: RealDate, performance: realPerformance } = globalThis;
  class FakeDate extends RealDate {
    constructor(...args: []) {
      if (args.length === 0) super(time);
      else super(...args);
    }
    static override now = (): number => time;
  }
  const now = (): number => time - 1e12;
  const fakes: Record<string, object> = {
    setTimeout: set(false),
    setInterval: set(true),
    setImmediate: soon,
    clearTimeout: clear('clearTimeout'),
    clearInterval: clear('clearInterval'),
    clearImmediate: clear('clearImmediate'),
    requestAnimationFrame: soon,
    queueMicrotask: soon,
    performance: { __proto__: null, now, timeOrigin: 1e12, mark() {}, measure() {} },
    Date: FakeDate,
  };
  const install = (target: object, name: string, fake: object): void => {
    const before = Object.getOwnPropertyDescriptor(target, name);
    kept[`_${name}`] = (target as Record<string, unknown>)[name];
    Object.assign(fake, { clock: kept });
    Object.defineProperty(target, name, { value: fake, writable: true, configurable: true });
    undo.push(() =>
      before === undefined ? Reflect.deleteProperty(target, name) : Object.defineProperty(target, name, before),
    );
  };
  for (const [name, fake] of Object.entries(fakes)) if (name in globalThis) install(globalThis, name, fake);
  if (ofProcess) {
    install(process, 'nextTick', soon);
    install(
      process,
      'hrtime',
      Object.assign(() => [0, 0], { bigint: () => 0n }),
    );
    install(realPerformance, 'now', now);
  }
  return {
    tick(ms) {
      const end = time + ms;
      for (;;) {
        const [next] = [...due].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
        if (next === undefined) break;
        const [timer, { at, act, every }] = next;
        time = Math.max(time, at);
        if (every === undefined) due.delete(timer);
        else due.set(timer, { at: time + Math.max(1, every), act, every });
        act();
      }
      time = end;
    },
    uninstall() {
      for (const each of undo.splice(0)) each();
    },
  };
}
