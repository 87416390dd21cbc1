import type { Clock } from '@openpredict/market'

import { orAborted } from '../internal/serial-queue.ts'
import type { ConnectionTarget } from './connection-url.ts'
import { storeErrorOf } from './failures.ts'
import type { PgClient, PgClientClass, PgModule, PgPool } from './pg-types.ts'
import { LONGEST, Session } from './session.ts'

/** Options of `Connections`. */
export interface ConnectionsOptions {
  readonly pg: PgModule
  readonly target: ConnectionTarget
  readonly clock: Clock
  readonly readOnly: boolean
  readonly maxConnections: number
  readonly connectTimeoutMs: number
  /** 0 for no limit. */
  readonly statementTimeoutMs: number
  /** 0 does not wait. */
  readonly lockTimeoutMs: number
  readonly prepare: boolean
}

/** How much longer than the server the client waits, before it takes the connection for dead, ms. */
const GRACE = 5_000
/** How long taking a transaction back may take before the connection is given up, ms of the clock. */
const ROLLBACK_TIMEOUT = 5_000
const IDLE_TIMEOUT = 60_000
/**
 * How soon the server notices that this machine is gone, without a word, in the midst of a transaction: half a minute
 * instead of hours. Until then nobody else writes.
 */
const SERVER_KEEPALIVE = 'SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4;'
const CANCEL = 'SELECT pg_cancel_backend($1::int)'

/** A pool of connections, each set up alike. */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #pool: PgPool
  readonly #backends = new WeakMap<PgClient, string>()

  constructor(options: ConnectionsOptions) {
    this.#options = options
    const { pg, target, maxConnections: max, connectTimeoutMs } = options
    const { location: _, ...place } = target
    this.#pool = new pg.Pool({
      ...place,
      Client: closingClient(pg),
      application_name: 'openpredict',
      max,
      connectionTimeoutMillis: connectTimeoutMs,
      idleTimeoutMillis: IDLE_TIMEOUT,
      allowExitOnIdle: true,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      // Statements do not wait for the answers of those before them; versions that cannot do that send them one by one.
      pipeline: true,
      // Values stay the texts that they are sent as: what they mean is for the column to say.
      types: { getTypeParser: () => (text) => text },
    })
    // A connection that breaks while nobody uses it is no news: the next one who needs one gets another.
    this.#pool.on('error', () => {})
  }

  /** Lends a connection to `work`, which is given up when the signal aborts. */
  async use<T>(work: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { client, session } = await this.#acquire(signal)
    try {
      return await orAborted(work(session), signal)
    } finally {
      // What still runs there would make others wait.
      client.release(session.isBusy || session.isLost)
    }
  }

  /**
   * Lends a connection to `work` in a transaction that begins with the statement `lock`, which may wait for others, and
   * is committed when `work` has ended.
   */
  async transact<T>(lock: string, work: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { client, session } = await this.#acquire(signal)
    let broken = true
    try {
      await orAborted(session.begin(this.#opening(lock)), signal)
      const result = await orAborted(work(session), signal)
      signal?.throwIfAborted()
      await session.commit()
      broken = session.isLost
      return result
    } catch (error) {
      broken = !(await this.#rollBack(client, session))
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** Waits for running work, then closes all connections. */
  async end(): Promise<void> {
    await this.#pool.end()
  }

  /** Waiting for the lock is not running: the limit of a statement is added to that of the wait, and alone afterwards. */
  #opening(lock: string): string {
    const { statement, wait, begin } = this.#limits()
    return `SET LOCAL statement_timeout = ${begin}; SET LOCAL lock_timeout = ${wait}; ${lock};
      SET LOCAL statement_timeout = ${statement}`
  }

  /** The server's limits in whole ms; 0 is none, so that not to wait is to wait for 1. */
  #limits(): { readonly statement: number; readonly wait: number; readonly begin: number } {
    const { statementTimeoutMs, lockTimeoutMs } = this.#options
    const statement = Math.min(LONGEST, Math.ceil(statementTimeoutMs))
    const wait = Math.min(LONGEST, Math.max(1, Math.floor(lockTimeoutMs)))
    return { statement, wait, begin: statement === 0 ? 0 : Math.min(LONGEST, statement + wait) }
  }

  /** Takes a transaction back, also while a statement of it still runs; `false` when that cannot be known. */
  async #rollBack(client: PgClient, session: Session): Promise<boolean> {
    const giveUp = new AbortController()
    const late = this.#options.clock.sleep(ROLLBACK_TIMEOUT, giveUp.signal).then(
      () => false,
      () => false,
    )
    const cancelled = session.isBusy || session.isLost ? this.#cancel(client) : Promise.resolve()
    const done = Promise.all([session.isLost ? undefined : session.rollback(), cancelled]).then(
      () => !session.isLost,
      () => false,
    )
    try {
      return await Promise.race([done, late])
    } finally {
      giveUp.abort()
    }
  }

  /** Asks the server to end what runs on a connection; without it, others would wait for its locks. */
  async #cancel(client: PgClient): Promise<void> {
    await this.use((other) => other.run(CANCEL, [this.#backends.get(client) ?? null]))
  }

  async #acquire(signal: AbortSignal | undefined): Promise<{ client: PgClient; session: Session }> {
    const { pg, target, clock, prepare } = this.#options
    const { statement, wait, begin } = this.#limits()
    signal?.throwIfAborted()
    const connecting = this.#pool.connect()
    let client: PgClient
    try {
      client = await orAborted(connecting, signal)
    } catch (error) {
      if (signal?.aborted === true) {
        connecting.then(
          (late) => late.release(),
          () => {},
        )
        throw error
      }
      throw storeErrorOf(error, target.location)
    }
    const session = new Session({
      client,
      pg,
      location: target.location,
      prepare,
      timeoutMs: statement === 0 ? 0 : Math.min(LONGEST, Math.max(statement, wait) + GRACE),
      beginTimeoutMs: begin === 0 ? 0 : Math.min(LONGEST, begin + GRACE),
      now: () => clock.now(),
    })
    if (!this.#backends.has(client)) {
      // While it is lent out, statements reject by themselves; without a listener this would end the process.
      client.on('error', () => {})
      try {
        await orAborted(this.#setUp(client, session), signal)
      } catch (error) {
        client.release(true)
        throw error
      }
    }
    return { client, session }
  }

  /**
   * Settings of the session, and who serves it: both stay true as long as the connection does, which is why transaction
   * poolers are refused. Not as parameters of the connection's start: session poolers refuse those that they do not know.
   */
  async #setUp(client: PgClient, session: Session): Promise<void> {
    const { readOnly } = this.#options
    await session.exec(
      `SET statement_timeout = ${this.#limits().statement};
       SET idle_in_transaction_session_timeout = '10min';
       ${SERVER_KEEPALIVE}
       ${readOnly ? 'SET default_transaction_read_only = on;' : ''}
       SET search_path = public;
       SET client_min_messages = warning`,
    )
    const { rows } = await session.query('SELECT pg_backend_pid()')
    this.#backends.set(client, rows[0]?.[0] ?? '')
  }
}

/**
 * A client that closes its socket when it cannot sign in. The pool forgets such a client and leaves the socket open,
 * which keeps this process alive and a process of the server waiting for a password.
 */
function closingClient(pg: PgModule): PgClientClass {
  return class extends pg.Client {
    override connect(done: (error?: Error) => void): void {
      super.connect((error) => {
        if (error !== undefined && error !== null) this.connection.stream.destroy()
        done(error)
      })
    }
  }
}
