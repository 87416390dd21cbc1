import type { Clock } from '@openpredict/market'

import { StoreError } from '../errors.ts'
import { closedStore } from '../internal/refusals.ts'
import { orAborted, SerialQueue } from '../internal/serial-queue.ts'
import {
  confirmMarks,
  deliveryState,
  hasFailed,
  type Mark,
  markedRows,
  newestMarks,
  noteFailure,
  noteSuccess,
  refuseMark,
} from '../sqlite/marks.ts'
import type { SqliteStore } from '../sqlite/sqlite-store.ts'
import type { ReplicaResult, Store, WaitOptions } from '../store.ts'
import { tableOf } from '../tables.ts'
import type { DeliveryEvent } from './events.ts'
import { fillFrom, isBehind } from './fill.ts'
import type { RemoteStore } from './remote-store.ts'
import { takeOver } from './take-over.ts'

/** What a delivery did. */
export interface DeliveryReport {
  /** Rows that the remote store has confirmed. */
  readonly delivered: number
  /** Rows that it does not take. */
  readonly refused: number
}

/** What a deliverer works with. */
export interface DelivererParts {
  /** The mirror as it is now: it may be another file after a repair. */
  readonly local: () => Promise<SqliteStore>
  /** Told of what the mirror itself threw. */
  readonly onLocalFailure: (local: SqliteStore, error: unknown) => void
  readonly remote: RemoteStore
  /** Real time. */
  readonly clock: Clock
  /** The most rows in one transaction of the remote store. @default the remote's own */
  readonly batchRows?: number | undefined
  readonly onEvent: (event: DeliveryEvent) => void
  /** Of 0 to 1: spreads the pauses after failures. @default no spread */
  readonly random?: (() => number) | undefined
}

const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 30_000
/** How long the remote store may take to let go, ms. */
const STOP_TIME = 1_000
/** What one transaction of a remote store takes well: hosted data APIs end a statement after seconds. */
const BATCH = { supabase: 500, other: 2_000 }

/** Sends what is marked, newest first, and clears the marks that the remote store has confirmed. */
export class Deliverer {
  readonly #parts: DelivererParts
  readonly #queue = new SerialQueue()
  readonly #stop = new AbortController()
  #remote: Promise<Store> | undefined
  #background: Promise<void> | undefined
  #again = false
  #awaySince: number | undefined
  /** Whether the mirror has what the remote store had when it was first reached. */
  #caughtUp = false

  constructor(parts: DelivererParts) {
    this.#parts = parts
  }

  /** The remote store; opened when it is first needed. */
  async remote(): Promise<Store> {
    if (this.#stop.signal.aborted) throw closedStore(this.#parts.remote.location)
    const attempt = (this.#remote ??= this.#parts.remote.open())
    try {
      return await attempt
    } catch (error) {
      if (this.#remote === attempt) this.#remote = undefined
      throw error
    }
  }

  /** Delivers everything that waits. Rejects when the remote store fails; what it has confirmed by then stays so. */
  async drain({ signal }: WaitOptions = {}): Promise<DeliveryReport> {
    const both = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal])
    // A remote store that hangs takes its time to give up: who does not want to wait need not wait for that either.
    return await orAborted(
      this.#queue.run(() => this.#deliver(both), both),
      both,
    )
  }

  /** Delivers in the background, again and again until nothing waits. */
  wake(): void {
    this.#again = true
    if (this.#stop.signal.aborted) return
    this.#background ??= this.#untilDone()
  }

  /** Ends what runs, and closes the remote store; one that hangs is left behind after a moment. */
  async stop(): Promise<void> {
    this.#stop.abort(closedStore(this.#parts.remote.location))
    const over = new AbortController()
    const late = this.#parts.clock.sleep(STOP_TIME, over.signal).catch(() => undefined)
    await Promise.race([this.#end(), late])
    over.abort()
  }

  async #end(): Promise<void> {
    await this.#background
    // A drain of somebody else's ends by the same signal.
    await this.#queue.run(() => undefined)
    const remote = await this.#remote?.catch(() => undefined)
    await remote?.close().catch(() => undefined)
  }

  async #untilDone(): Promise<void> {
    const { clock, random = () => 0.5 } = this.#parts
    const { signal } = this.#stop
    let pause = FIRST_PAUSE
    while (this.#again && !signal.aborted) {
      this.#again = false
      try {
        await this.drain()
        pause = FIRST_PAUSE
      } catch {
        // Told and noted where it happened.
        this.#again = true
        await clock.sleep(pause * (0.5 + random() / 2), signal).catch(() => undefined)
        pause = Math.min(pause * 2, LONGEST_PAUSE)
      }
    }
    // At once after the last look: who wakes it from now on begins anew.
    this.#background = undefined
  }

  async #deliver(signal: AbortSignal): Promise<DeliveryReport> {
    const local = await this.#parts.local()
    try {
      const remote = await this.remote()
      if (!this.#caughtUp && (await isBehind(remote, local, { signal }))) await this.#fill(remote, local, signal)
      this.#caughtUp = true
      const report = await this.#deliverAll(remote, local, signal)
      await this.#noteBack(local)
      return report
    } catch (error) {
      if (local.threw(error)) this.#parts.onLocalFailure(local, error)
      // A full disk keeps it from being noted; what is thrown is the failure itself all the same.
      else if (!signal.aborted) await this.#noteAway(local, error).catch(() => undefined)
      throw error
    }
  }

  async #fill(remote: Store, local: SqliteStore, signal: AbortSignal): Promise<void> {
    const { clock, onEvent } = this.#parts
    const started = clock.now()
    const rows = await fillFrom(remote, local, { signal })
    onEvent({ kind: 'filled', rows, durationMs: clock.now() - started })
  }

  async #deliverAll(remote: Store, local: SqliteStore, signal: AbortSignal): Promise<DeliveryReport> {
    const { clock, batchRows } = this.#parts
    const limit = batchRows ?? (remote.kind === 'supabase' ? BATCH.supabase : BATCH.other)
    const started = clock.now()
    const total = { delivered: 0, refused: 0 }
    for (;;) {
      signal.throwIfAborted()
      const marks = await local.readWith('deliver', (connection) => newestMarks(connection, limit), { signal })
      if (marks.length === 0) return total
      await this.#send({ remote, local, signal, total, started: started - 1, clock }, marks)
    }
  }

  /** Sends rows in one transaction; where one of them is refused, in halves, until it is found. */
  async #send(work: Sending, marks: readonly Mark[]): Promise<void> {
    const { remote, local, signal, total, started, clock } = work
    const replica = await local.readWith('deliver', (connection) => markedRows(connection, marks), { signal })
    let result: ReplicaResult
    try {
      result = await remote.replicate(replica, { signal })
    } catch (error) {
      if (!(error instanceof StoreError && error.failure.kind === 'constraint')) throw error
      const [mark] = marks
      if (marks.length === 1 && mark !== undefined) return await this.#refuse(work, mark, error.message)
      const middle = Math.ceil(marks.length / 2)
      await this.#send(work, marks.slice(0, middle))
      return await this.#send(work, marks.slice(middle))
    }
    total.delivered += marks.length
    const at = clock.now()
    const rowsPerSecond = (1_000 * total.delivered) / (at - started)
    await local.writeWith(undefined, (connection) => confirmMarks(connection, marks, { at, rowsPerSecond }))
    await this.#follow(local, result)
  }

  async #refuse({ local, total, clock }: Sending, mark: Mark, message: string): Promise<void> {
    await local.writeWith(undefined, (connection) => refuseMark(connection, mark, { at: clock.now(), message }))
    total.refused++
    const key = mark.key.slice(0, tableOf(mark.table).key.length).join(', ')
    this.#parts.onEvent({ kind: 'refused', table: mark.table, key, message })
  }

  /** Another collector has corrected the history: what this one writes from now on belongs to the new one, too. */
  async #follow(local: SqliteStore, { historyVersions }: ReplicaResult): Promise<void> {
    for (const [instrument, version] of Object.entries(historyVersions)) {
      if (version <= (await local.historyVersion(instrument))) continue
      await takeOver(local, 'instrument_state', [{ instrument, history_version: version }])
    }
  }

  async #noteAway(local: SqliteStore, error: unknown): Promise<void> {
    const { clock, onEvent, remote } = this.#parts
    const at = clock.now()
    const known = error instanceof StoreError
    const message = known
      ? error.message
      : `store ${remote.location}: ${error instanceof Error ? error.message : String(error)}`
    if (this.#awaySince === undefined) {
      const waiting = await local.readWith('deliver', (connection) => deliveryState(connection)?.waiting ?? 0)
      this.#awaySince = at
      onEvent({ kind: 'away', code: known ? error.code : 'io', message, hint: known ? error.hint : '', waiting })
    }
    await local.writeWith(undefined, (connection) => noteFailure(connection, { at, message }))
  }

  async #noteBack(local: SqliteStore): Promise<void> {
    if (await local.readWith('deliver', hasFailed)) await local.writeWith(undefined, noteSuccess)
    if (this.#awaySince === undefined) return
    this.#parts.onEvent({ kind: 'back', afterMs: this.#parts.clock.now() - this.#awaySince })
    this.#awaySince = undefined
  }
}

/** A delivery that runs. */
interface Sending {
  readonly remote: Store
  readonly local: SqliteStore
  readonly signal: AbortSignal
  readonly total: { delivered: number; refused: number }
  readonly started: number
  readonly clock: Clock
}
