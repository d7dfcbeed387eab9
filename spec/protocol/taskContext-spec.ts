import { RunningTask, type Stop } from '../../lib/protocol/taskContext.ts';

/** A host's AbortController, reduced to what `RunningTask` uses. */
type Controller = new () => { readonly signal: object; abort(reason?: unknown): void };

class Signal {
  aborted = false;
  reason: unknown;
}

/** As happy-dom has it: `aborted` is a property of the signal's own, which is set. */
class WithField {
  readonly signal = new Signal();
  abort(reason: unknown = new DOMException('aborted', 'AbortError')): void {
    if (this.signal.aborted) return;
    this.signal.aborted = true;
    this.signal.reason = reason;
  }
}

/** As Deno has it: `aborted` is read once more while it is being aborted. */
class Rereading extends AbortController {
  override abort(reason?: unknown): void {
    if (this.signal.aborted) return;
    super.abort(reason);
  }
}

for (const [host, controller] of Object.entries({ AbortController, WithField, Rereading }) as [string, Controller][])
  describe(`The signal of a task (${host})`, () => {
    const before = globalThis.AbortController;
    beforeEach(() => (globalThis.AbortController = controller as never));
    afterEach(() => (globalThis.AbortController = before));

    for (const [why, name] of [
      ['cancel', 'AbortError'],
      ['timeout', 'TimeoutError'],
    ] as const) {
      it(`looks itself, for a task that computes (${why})`, () => {
        let stop: Stop | undefined;
        const { signal } = new RunningTask(0, () => stop);
        expect(signal.aborted).toBeFalse();
        signal.throwIfAborted();
        stop = why;
        expect(signal.aborted).toBeTrue();
        expect(signal.reason).toEqual(jasmine.objectContaining({ name }));
        expect(signal.reason).toBeInstanceOf(DOMException);
        stop = undefined;
        expect(signal.aborted).withContext('for good').toBeTrue();
      });

      it(`aborts for a task that waits (${why})`, () => {
        const task = new RunningTask(0, () => undefined);
        const { signal } = task;
        task.abort(why);
        task.abort('cancel');
        expect(task.signal).toBe(signal);
        expect(signal.aborted).toBeTrue();
        expect((signal.reason as Error).name).toBe(name);
      });
    }

    it('throws its reason where it has aborted', () => {
      const stops: Stop[] = [];
      const { signal } = new RunningTask(0, () => stops[0]);
      stops.push('timeout');
      expect(() => signal.throwIfAborted()).toThrowError(DOMException, /longer than its timeout/);
    });

    it('has aborted where it is asked for too late', () => {
      expect(new RunningTask(0, () => 'cancel').signal.aborted).toBeTrue();
    });
  });

describe('A task', () => {
  it('reports once that it has asked for its signal, and not before', () => {
    let asked = 0;
    const task = new RunningTask(
      7,
      () => undefined,
      () => asked++,
    );
    task.abort('cancel');
    expect(task.index).toBe(7);
    expect(asked).toBe(0);
    void task.signal;
    void task.signal;
    expect(asked).toBe(1);
  });

  it('calls the listeners to its signal once, and aborts signals that depend on it', () => {
    const stops: Stop[] = [];
    const { signal } = new RunningTask(0, () => stops[0]);
    const heard = jasmine.createSpy();
    signal.addEventListener('abort', heard);
    const any = AbortSignal.any([signal]);
    stops.push('timeout');
    for (let time = 0; time < 3; time++) expect(signal.aborted).toBeTrue();
    expect(heard).toHaveBeenCalledTimes(1);
    expect(any.aborted).toBeTrue();
    expect(any.reason).toBe(signal.reason);
  });
});
