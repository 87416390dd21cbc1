import type { DatabaseSync, StatementSync } from 'node:sqlite'

import { loadSqlite } from '@openpredict/store/sqlite'

import { UsageError } from './usage-error.ts'

/** Memory for what waits to be sorted; the rest lies in a file. */
const CACHE_KB = 4_096

/**
 * Puts any number of lines in order without holding them in memory: what does not fit lies in a file that SQLite makes in
 * the folder for temporary files, where nobody sees it and nothing is left of it however the process ends.
 */
export class SortedLines implements Disposable {
  readonly #database: DatabaseSync
  readonly #insert: StatementSync

  constructor() {
    const { DatabaseSync: Database } = loadSqlite()
    // Without a name: a database of its own that goes away with its connection. Nothing in it is ever rolled back.
    this.#database = new Database('')
    this.#database.exec(`PRAGMA journal_mode = OFF; PRAGMA cache_size = -${CACHE_KB}`)
    this.#database.exec('CREATE TABLE lines (key TEXT NOT NULL, line TEXT NOT NULL); BEGIN')
    this.#insert = this.#database.prepare('INSERT INTO lines (key, line) VALUES (?, ?)')
  }

  /** Takes in a line. `key` is ASCII, and decides where it stands: by code units, equal ones as they came. */
  add(key: string, line: string): void {
    explained(() => this.#insert.run(key, line))
  }

  /** The lines in order. */
  *[Symbol.iterator](): IterableIterator<string> {
    const rows = explained(() => this.#database.prepare('SELECT line FROM lines ORDER BY key, rowid').iterate())
    for (;;) {
      const { value, done } = explained(() => rows.next())
      if (done === true) return
      yield (value as { line: string }).line
    }
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }
}

/** A full disk is for the user to know about. */
function explained<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const { message } = error as Error
    throw new UsageError(
      `The rows cannot be sorted in a temporary file: ${message}.`,
      'Make room in the folder for temporary files, or name another one in TMPDIR.',
    )
  }
}
