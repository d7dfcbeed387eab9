import sqlite, { type Database } from 'node-sqlite3-wasm';
import type { Row } from './to-database.row.ts';

/** A table in a file. Rows come in the order of their numbers, without gaps. */
export class Table implements Disposable {
  readonly #database: Database;

  constructor(file: string) {
    this.#database = new sqlite.Database(file);
    try {
      this.#database.exec(
        'CREATE TABLE IF NOT EXISTS rows (number INTEGER PRIMARY KEY, steps INTEGER, highest INTEGER)',
      );
    } catch (error) {
      this.#database.close();
      const { message } = error as Error;
      const locked = `. If no other program uses it, one was killed while it wrote: delete the directory ${file}.lock`;
      throw new Error(`${file}: ${message}${message.includes('locked') ? locked : ''}`, { cause: error });
    }
  }

  /** The number of the last row; 0 where there is none. */
  get last(): number {
    return Number(this.#database.get('SELECT coalesce(max(number), 0) AS last FROM rows')!['last']);
  }

  /** All of them or, whatever happens, none. */
  write(rows: readonly Row[]): void {
    this.#database.exec('BEGIN');
    try {
      const insert = this.#database.prepare('INSERT INTO rows VALUES (?, ?, ?)');
      try {
        for (const { number, steps, highest } of rows) insert.run([number, steps, highest]);
      } finally {
        insert.finalize();
      }
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Whether the file is sound, and every number from 1 on has its row. */
  isWhole(): boolean {
    const { sound } = this.#database.get('SELECT integrity_check AS sound FROM pragma_integrity_check')!;
    const { count, first, last } = this.#database.get(
      'SELECT count(*) AS count, min(number) AS first, max(number) AS last FROM rows',
    )!;
    return sound === 'ok' && (count === 0 || (first === 1 && last === count));
  }

  *[Symbol.iterator](): Generator<Row> {
    const select = this.#database.prepare('SELECT number, steps, highest FROM rows ORDER BY number');
    try {
      for (const { number, steps, highest } of select.iterate() as Iterable<Record<string, unknown>>)
        yield { number: Number(number), steps: Number(steps), highest: Number(highest) };
    } finally {
      select.finalize();
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
