/** The turns of tasks by key: those of one key run one after another (`key`). */
import type { Task } from '../pool/contract.ts';
import { Fifo } from '../primitives/fifo.ts';
import { Failure } from './results/resultBuffer.ts';

type KeyOf = (value: any, index: number) => unknown;

/** Makes the task of a value; undefined where the stream has ended. */
type TaskOf = (seq: number, index: number, input: unknown) => Task | undefined;

/**
 * A task keeps the turn of its key until it settles: also while it is put back, or waits for its next try. So every task that
 * waits here waits for an earlier task that is out or next to be, and no deadlock is possible.
 */
export class KeyedTasks {
  readonly #keyOf: KeyOf;
  /**
   * The keys of tasks that have the turn, each with the queue behind it; a key is deleted with its last task. A value for which
   * `fn` has thrown is queued, too, and fails in its turn.
   */
  readonly #waiting = new Map<unknown, Fifo<Task | Failure> | undefined>();
  /** How many tasks wait for their turn. */
  held = 0;

  constructor(keyOf: KeyOf) {
    this.#keyOf = keyOf;
  }

  /**
   * The task of the value, if it has the turn of its key; undefined if it has to wait. A task that waits is described
   * now, too: the source may refill its object for the next value, and `fn` is called in the order of the source.
   *
   * @throws what `key` throws; what `taskOf` throws, where the value has the turn.
   */
  admit(seq: number, index: number, input: unknown, taskOf: TaskOf): Task | undefined {
    const key = this.#keyOf(input, index);
    const hasTurn = !this.#waiting.has(key);
    let task: Task | Failure | undefined;
    try {
      task = taskOf(seq, index, input);
    } catch (error) {
      if (hasTurn) throw error;
      task = new Failure(error, { seq, index, input });
    }
    if (task === undefined) return undefined;
    if (!(task instanceof Failure)) {
      task.key = key;
      if (hasTurn) {
        this.#waiting.set(key, undefined);
        return task;
      }
    }
    let waiting = this.#waiting.get(key);
    if (waiting === undefined) this.#waiting.set(key, (waiting = new Fifo()));
    waiting.push(task);
    this.held++;
    return undefined;
  }

  /** The task with the turn of this key has settled: returns the next one, if any. */
  next(key: unknown): Task | Failure | undefined {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined || waiting.length === 0) {
      this.#waiting.delete(key);
      return undefined;
    }
    this.held--;
    return waiting.shift();
  }
}
