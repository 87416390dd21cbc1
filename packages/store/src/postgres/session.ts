import { endedTransaction, rolledBack } from '../internal/refusals.ts'
import { isClientTimeout, storeErrorOf } from './failures.ts'
import type { PgClient, PgModule, PgResult, PgRowStream, PgStatement, PgValue } from './pg-types.ts'

/** What a session is made of. */
export interface SessionParts {
  readonly client: PgClient
  readonly pg: PgModule
  readonly location: string
  /** Whether statements are prepared on the connection. */
  readonly prepare: boolean
  /** How long to wait for an answer before the connection is taken for dead, ms; 0 for ever. */
  readonly timeoutMs: number
  /** The same for the beginning of a transaction, which waits for others. */
  readonly beginTimeoutMs: number
  /** The time, ms. */
  readonly now: () => number
}

/** How many statements are sent before the answer of the first has come. */
const AHEAD = 8
/** What timers take at most. */
export const LONGEST: number = 2 ** 31 - 1

const names = new Map<string, string>()

/** A name for a statement, the same every time. */
function nameOf(sql: string): string {
  const known = names.get(sql)
  if (known !== undefined) return known
  const name = `openpredict_${names.size + 1}`
  names.set(sql, name)
  return name
}

/** One connection while it is in use: statements are prepared once, failures are `StoreError`s. */
export class Session {
  readonly #parts: SessionParts
  #running = 0
  #failure: unknown
  #inTransaction = false
  #ended = false
  #lost = false

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  /** Whether a statement has not been answered yet. */
  get isBusy(): boolean {
    return this.#running > 0
  }

  /** Whether a statement was given up unanswered: the connection can serve nobody else. */
  get isLost(): boolean {
    return this.#lost
  }

  /** Begins a transaction with whatever else goes with it, in one message. */
  async begin(sql: string): Promise<void> {
    this.#inTransaction = true
    await this.#run(() =>
      this.#parts.client.query({ text: `BEGIN; ${sql}`, query_timeout: this.#parts.beginTimeoutMs }),
    )
  }

  /** Commits. Rejects when the database has given the transaction up: it would say nothing. */
  async commit(): Promise<void> {
    const { command } = await this.#run(() =>
      this.#parts.client.query({ text: 'COMMIT', query_timeout: this.#parts.timeoutMs }),
    )
    this.#end()
    if (command === 'ROLLBACK') throw rolledBack(this.#failure)
  }

  /** Takes back what was not committed. Nothing else is taken from now on: it would be outside of the transaction. */
  async rollback(): Promise<void> {
    this.#end()
    try {
      await this.#parts.client.query({ text: 'ROLLBACK', query_timeout: this.#parts.timeoutMs })
    } catch (error) {
      this.#lost ||= isClientTimeout(error)
      throw error
    }
  }

  /** Runs statements without parameters. */
  async exec(sql: string): Promise<void> {
    await this.#run(() => this.#parts.client.query({ text: sql, query_timeout: this.#parts.timeoutMs }))
  }

  /**
   * Runs statements without parameters in the open transaction, however long they take. The server's limit is gone for
   * the rest of the transaction, too.
   */
  async execUnlimited(sql: string): Promise<void> {
    const text = `SET LOCAL statement_timeout = 0; ${sql}`
    await this.#run(() => this.#parts.client.query({ text, query_timeout: 0 }))
  }

  /** Runs a statement; its rows are arrays of texts. */
  async query(sql: string, values: readonly PgValue[] = []): Promise<PgResult> {
    const { client, prepare } = this.#parts
    const name = prepare ? { name: nameOf(sql) } : {}
    const config = { text: sql, values, rowMode: 'array', query_timeout: this.#patience(), ...name } as const
    return await this.#run(() => client.query(config))
  }

  /**
   * Runs statements in order and hands out each with its answer, in order too. The next ones are sent before an answer
   * has come, so that neither side waits for the other. Throws what the first one failed with, when all are answered.
   */
  async *answers<S extends PgStatement>(
    statements: Iterable<S>,
  ): AsyncGenerator<readonly [S, PgResult], void, undefined> {
    const sent: { readonly statement: S; readonly answer: Promise<PgResult> }[] = []
    try {
      for (const statement of statements) {
        const answer = this.query(statement.sql, statement.values)
        // Looked at when its turn comes.
        answer.catch(() => {})
        sent.push({ statement, answer })
        const first = sent.length > AHEAD ? sent.shift() : undefined
        if (first !== undefined) yield [first.statement, await first.answer]
      }
      for (let first = sent.shift(); first !== undefined; first = sent.shift()) {
        yield [first.statement, await first.answer]
      }
    } finally {
      await Promise.allSettled(sent.map(({ answer }) => answer))
    }
  }

  /** Runs a statement and says how many rows it changed. */
  async run(sql: string, values: readonly PgValue[] = []): Promise<number> {
    return (await this.query(sql, values)).rowCount ?? 0
  }

  /** The first column of the first row as a number. */
  async number(sql: string, values: readonly PgValue[] = []): Promise<number> {
    return Number((await this.query(sql, values)).rows[0]?.[0] ?? 0)
  }

  /**
   * Calls `visit` with each row as it comes, so that no more than one is held. Not timed by the client, which would hold
   * all of them; the server's own limit and the connection's keep-alive bound it.
   */
  async each(sql: string, values: readonly PgValue[], visit: (row: readonly (string | null)[]) => void): Promise<void> {
    const { client, pg, prepare } = this.#parts
    const name = prepare ? { name: nameOf(sql) } : {}
    await this.#run(
      () =>
        new Promise<void>((resolve, reject) => {
          const stream: PgRowStream = client.query(new pg.Query({ text: sql, values, rowMode: 'array', ...name }))
          stream.on('row', visit)
          stream.on('end', resolve)
          stream.on('error', reject)
        }),
    )
  }

  /** How long to wait for an answer: for those of the statements before it as well. */
  #patience(): number {
    return Math.min(LONGEST, this.#parts.timeoutMs * (this.#running + 1))
  }

  #end(): void {
    this.#inTransaction = false
    this.#ended = true
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#ended) throw endedTransaction()
    if (this.#inTransaction && this.#failure !== undefined) throw rolledBack(this.#failure)
    const { location, now } = this.#parts
    const started = now()
    this.#running++
    try {
      return await work()
    } catch (error) {
      this.#lost ||= isClientTimeout(error)
      const failure = storeErrorOf(error, location, now() - started)
      this.#failure ??= failure
      throw failure
    } finally {
      this.#running--
    }
  }
}
