/** The tasks of a stream of which those of one key run one after another (`key`). */
import type { Task } from '../pool/contract.ts';
import { Fifo } from '../primitives/fifo.ts';
import { Failure } from './results/resultBuffer.ts';

type KeyOf = (value: any, index: number) => unknown;

/** Makes a task of a value; undefined where nobody wants it any more. */
type TaskOf = (seq: number, index: number, input: unknown) => Task | undefined;

/**
 * A task that has its key's turn keeps it until it has its outcome: also while it is put back, or waits for its next try.
 * So whatever waits here waits for a task before it that is out or about to be, and nothing waits for itself.
 */
export class KeyedTasks {
  readonly #keyOf: KeyOf;
  /**
   * The keys of which a task has its turn, with what waits for that: what is no longer in flight leaves nothing behind. A value
   * for which `fn` has thrown waits, too, and fails when its turn comes.
   */
  readonly #waiting = new Map<unknown, Fifo<Task | Failure> | undefined>();
  /** How many wait for their turn. */
  held = 0;

  constructor(keyOf: KeyOf) {
    this.#keyOf = keyOf;
  }

  /**
   * The value's task where it has its key's turn. Else it waits, and is described all the same: its source may fill the
   * object again for the next value, and `fn` is asked in the order of the source.
   *
   * @throws what `key` throws, and `taskOf` where it is the key's turn.
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

  /** The one of this key that had its turn is over: what has it next, if anything has. */
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
