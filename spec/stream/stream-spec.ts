import { PushInput } from '../../lib/stream/input/pushInput.ts';
import type { ResultBuffer } from '../../lib/stream/results/resultBuffer.ts';
import { ReorderBuffer } from '../../lib/stream/results/reorderBuffer.ts';
import { PullInput } from '../../lib/stream/input/pullInput.ts';
import { NOTHING, Stream } from '../../lib/stream/stream.ts';
import { CompletionQueue } from '../../lib/stream/results/completionQueue.ts';
import { taskOf } from '../../lib/api/errors.ts';
import { resolveOptions } from '../../lib/api/resolveOptions.ts';
import type { Attachment, Task } from '../../lib/pool/contract.ts';

describe('A stream with a window', () => {
  it('reads nothing more while what it has read is back in the queue', () => {
    let read = 0;
    function* source(): Generator<number> {
      for (;;) yield read++;
    }
    // Of a pool whose workers take eight at once, and have no room now.
    const place: Attachment = { hungry: false, ahead: 8, wake() {}, cancel() {}, leave() {} };
    const input = new PullInput(source());
    const stream = new Stream(
      { size: 1, attach: () => place, listen: () => () => {} },
      resolveOptions('spec', { window: 4 }, false),
      input,
      new CompletionQueue(),
      (value: unknown) => ({ method: 'echo', args: [value], transfer: undefined }),
      { next() {}, error() {}, complete() {} },
      new Error('subscribed'),
    );
    input.attach(stream);
    stream.proceed();
    const tasks: Task[] = [];
    for (let task = stream.next(); task !== undefined; task = stream.next()) tasks.push(task);
    expect(tasks.length).toBe(4);
    stream.putBack(tasks);
    stream.proceed();
    expect(read).toBe(4);
    expect(stream.waiting()).toBe(4);
  });
});

/** A stream at a pool that does nothing by itself, with six values that wait; what it says to its pool and its subscriber. */
class Course {
  readonly said: unknown[] = [];
  readonly input: PushInput<number>;
  readonly stream: Stream;
  hungry = false;
  wake: () => void = () => void this.said.push('wake');
  next: (value: unknown) => void = (value) => void this.said.push(value);

  constructor(options: object = {}, results: ResultBuffer = new ReorderBuffer(), fn: (n: number) => void = () => {}) {
    const say = (text: string): void => void this.said.push(text);
    const course = this;
    const plan = resolveOptions('spec', options, false);
    this.input = new PushInput(
      plan,
      () => {},
      () => {
        say('unsubscribe');
        this.input.done = true;
      },
    );
    const place: Attachment = {
      get hungry() {
        return course.hungry;
      },
      wake: () => this.wake(),
      cancel: (from) => say(`cancel from ${from}`),
      leave: () => say('leave'),
    };
    this.stream = new Stream(
      { size: 1, attach: () => place, listen: () => () => {} },
      plan,
      this.input,
      results,
      (n: number) => {
        fn(n);
        return { method: 'echo', args: [n], transfer: undefined };
      },
      {
        next: (value) => this.next(value),
        error: (error) => say(`error ${String(error)}`),
        complete: () => say('complete'),
      },
      new Error('subscribed'),
    );
    for (let n = 0; n < 6; n++) this.input.push(n);
  }

  take(count: number): Task[] {
    return Array.from({ length: count }, () => this.stream.next()!);
  }
}

describe('A stream', () => {
  it('that fails detaches from its pool and stops its source once, takes no more, and drops what waited', () => {
    const course = new Course();
    const { stream } = course;
    const [zero, one, two] = course.take(3) as [Task, Task, Task];
    stream.putBack([two]);
    stream.failure(one, 'first');
    expect(stream.waiting()).toBe(0);
    stream.proceed();
    stream.proceed();
    expect(course.input.waiting).toBe(0);
    expect(course.said).toEqual(['unsubscribe', 'cancel from 2']);
    stream.putBack([two]);
    expect(stream.waiting()).toBe(0);
    stream.putBack([zero]);
    expect(stream.waiting()).toBe(1);
    expect(stream.next()).toBe(zero);
    stream.value(zero, 'zero');
    stream.proceed();
    expect(course.said.slice(2)).toEqual(['zero', 'leave', 'error first']);
  });

  it('that errors at once does so with the first failure, and emits none of what comes after that', () => {
    const course = new Course({ errorTiming: 'immediate' }, new CompletionQueue());
    const [zero, one, two] = course.take(3) as [Task, Task, Task];
    course.stream.failure(zero, 'zero');
    course.stream.failure(one, 'one');
    course.stream.value(two, 'two');
    course.stream.proceed();
    expect(course.said).toEqual(['unsubscribe', 'cancel from 1', 'leave', 'error zero']);
  });

  for (const end of ['error', 'stop'] as const)
    it(`that has ended (${end}) leaves its pool, and says nothing more, whatever comes`, () => {
      const course = new Course();
      const { stream } = course;
      const [zero, one, two] = course.take(3) as [Task, Task, Task];
      stream.putBack([two]);
      stream[end]('ended');
      const said = end === 'error' ? ['unsubscribe', 'leave', 'error ended'] : ['unsubscribe', 'leave'];
      expect(course.said).toEqual(said);
      expect(stream.waiting()).toBe(0);
      expect(course.input.waiting).toBe(0);
      course.hungry = true;
      course.wake = fail;
      stream.putBack([two]);
      expect(stream.waiting()).toBe(0);
      stream.value(zero, 'zero');
      stream.failure(one, 'one');
      stream.closing(new Error('closing'));
      stream.stop();
      stream.error('again');
      stream.proceed();
      expect(course.said.filter((each) => each !== 'unsubscribe')).toEqual(said.slice(1));
    });

  it('emits nothing while it emits: what is ready by then comes after that', () => {
    const course = new Course();
    const [zero, one] = course.take(2) as [Task, Task];
    course.next = (value) => {
      course.said.push(`begin ${String(value)}`);
      if (value === 0) course.stream.value(one, 1);
      course.stream.proceed();
      course.said.push(`end ${String(value)}`);
    };
    course.stream.value(zero, 0);
    course.stream.proceed();
    expect(course.said).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1']);
  });

  it('wakes a pool that is hungry, if something waits', () => {
    const course = new Course();
    course.stream.proceed();
    expect(course.said).toEqual([]);
    course.hungry = true;
    course.stream.proceed();
    expect(course.said).toEqual(['wake']);
    course.take(6);
    course.stream.proceed();
    expect(course.said).toEqual(['wake']);
  });

  it('gives a task again as often as crashRetries says, unless its input was moved', () => {
    const course = new Course({ crashRetries: 1 });
    const { stream } = course;
    const zero = stream.next()!;
    expect(stream.crashed(zero, new Error('first'))).toBeTrue();
    expect(stream.next()).toBe(zero);
    expect(stream.crashed(zero, new Error('second'))).toBeFalse();
    stream.proceed();
    expect(course.said.at(-1)).toBe('error Error: second');
    const moving = new Course({ crashRetries: 1 });
    expect(moving.stream.crashed({ ...moving.stream.next()!, transfer: [] }, new Error('moved'))).toBeFalse();
    expect(moving.stream.next()).toBeUndefined();
  });

  it('gives no task that fn has ended the stream for', () => {
    const course = new Course({}, new ReorderBuffer(), (n) => n === 1 && course.stream.stop());
    expect(course.stream.next()?.input).toBe(0);
    expect(course.stream.next()).toBeUndefined();
  });

  for (const proceeds of [true, false])
    it(`errors with what fn throws, ${proceeds ? 'at once within proceed' : 'soon if nothing calls proceed then'}`, async () => {
      const course = new Course({}, new ReorderBuffer(), () => {
        throw new Error('fn');
      });
      course.hungry = proceeds;
      course.wake = () => void course.stream.next();
      if (proceeds) course.stream.proceed();
      else {
        course.stream.next();
        expect(course.said).toEqual([]);
        await Promise.resolve();
      }
      expect(course.said.at(-1)).toBe('error Error: fn');
    });

  it('whose pool closes has the values that arrived run, then errors and does not complete', () => {
    const course = new Course();
    course.stream.closing(new Error('closed'));
    const tasks = course.take(6);
    for (const task of tasks) course.stream.value(task, task.input);
    course.stream.proceed();
    expect(course.said.filter((each) => each !== 'unsubscribe')).toEqual([
      0,
      1,
      2,
      3,
      4,
      5,
      'leave',
      'error Error: closed',
    ]);
  });

  it('whose pool closes when all is delivered errors at once', () => {
    const course = new Course();
    for (const task of course.take(6)) course.stream.value(task, task.input);
    course.stream.proceed();
    course.stream.closing(new Error('closed'));
    expect(course.said.at(-1)).toBe('error Error: closed');
  });

  it('completes when what was put back is done, too', () => {
    const course = new Course();
    const tasks = course.take(6);
    course.input.done = true;
    course.stream.putBack([tasks[2]!]);
    course.stream.putBack([tasks[1]!]);
    expect(course.take(2)).toEqual(tasks.slice(1, 3));
    for (const task of tasks) {
      expect(course.said).not.toContain('complete');
      course.stream.value(task, task.input);
      course.stream.proceed();
    }
    expect(course.said).toEqual([0, 1, 2, 3, 4, 5, 'leave', 'complete']);
  });

  it('completes though fn has thrown for every value, where these are skipped', () => {
    const course = new Course({ onError: 'skip' }, new ReorderBuffer(), () => {
      throw new Error('fn');
    });
    expect(course.stream.next()).toBeUndefined();
    course.input.done = true;
    course.stream.proceed();
    expect(course.said).toEqual(['leave', 'complete']);
  });

  it('remembers of which task an error is', () => {
    const course = new Course();
    const error = new Error('of the first');
    course.stream.failure(course.stream.next()!, error);
    expect(taskOf(error)).toEqual({ index: 0, input: 0 });
  });

  it('gives the next result to who asks for one, where there are more and no worker waits', () => {
    const course = new Course();
    const { stream } = course;
    const tasks = course.take(4);
    expect(stream.poll()).toBe(NOTHING);
    stream.value(tasks[0]!, 'zero');
    expect(stream.poll()).withContext('there is one only').toBe(NOTHING);
    stream.value(tasks[1]!, 'one');
    course.hungry = true;
    expect(stream.poll()).withContext('a worker waits').toBe(NOTHING);
    course.hungry = false;
    expect(stream.poll()).toBe('zero');
    stream.failure(tasks[2]!, 'two');
    expect(stream.poll()).toBe('one');
    stream.value(tasks[3]!, 'three');
    expect(stream.poll()).toBe(NOTHING);
    expect(course.said).toEqual([]);
    stream.proceed();
    expect(course.said.at(-1)).toBe('error two');
    expect(stream.poll()).toBe(NOTHING);
  });

  it('ends with a failure that poll shifts', () => {
    const course = new Course({}, new CompletionQueue());
    const [zero, one] = course.take(2) as [Task, Task];
    course.stream.failure(one, 'one');
    course.stream.value(zero, 'zero');
    expect(course.stream.poll()).toBe(NOTHING);
    expect(course.said.at(-1)).toBe('error one');
  });

  it('leaves its pool before it completes', () => {
    const course = new Course();
    course.input.done = true;
    for (const task of course.take(6)) course.stream.value(task, task.input);
    course.stream.proceed();
    expect(course.said).toEqual([0, 1, 2, 3, 4, 5, 'leave', 'complete']);
  });
});
