import { calendarOf, type Calendar, type Instrument, tradingDay } from '@openpredict/market'
import type { Row, StoredBar, StoreReader, WaitOptions } from '@openpredict/store'

import { barLag } from '../quality/quality-span.ts'
import { measureOf, stepsOf } from '../service-levels/cycle-row.ts'
import { CycleHistory } from './cycle-history.ts'
import { type NearbyLevels, nearbyLevels } from './nearby-levels.ts'
import type { Freshness, LastCycle, MarketState, OpenCount, StatusView } from './status-view.ts'
import { type TradingEvent, tradingEvents } from './trading-events.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** The windows that are looked back on. */
const WINDOWS = [HOUR, DAY] as const
/** A level of a month holds until the next month has one, which begins with a weekend or a holiday at the worst. */
const LEVELS_FROM = 40 * DAY
/** A gap of four hours is known twelve hours after its first candle opened, and a weekend may lie between. */
const CANDLES = 3 * DAY
/** Yahoo has minutes of the last 29 days: older ones are asked for no more. */
const MISSING_FROM = 29 * DAY
const MOST_MISSING = 2_000
const MOST_SUSPECTS = 500
/** What else than a cycle may change a store, an import say, is seen after so long. */
const MARKET_EVERY = 15_000

/** What changes with the bars. */
interface MarketPart {
  readonly newest: StoredBar | undefined
  readonly levels: NearbyLevels
  readonly events: readonly TradingEvent[]
  readonly missing: OpenCount
  readonly suspects: OpenCount
  readonly error: string | undefined
}

/**
 * Reads how an instrument stands, again and again: the first time everything, later only what may have changed. Nothing
 * is written.
 *
 * @example
 * ```ts
 * import { createSqliteStore } from '@openpredict/store/sqlite'
 * import { createManualClock, instrumentOf } from '@openpredict/market'
 * import { StatusReader } from '@openpredict/monitor'
 *
 * const store = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
 * const reader = new StatusReader(store, instrumentOf('NQ=F'))
 * const view = await reader.read(Date.UTC(2024, 5, 5, 14, 30))
 * view.market // => { open: true, changesAt: Date.UTC(2024, 5, 5, 21) }
 * view.lastCycle // => undefined
 * await store.close()
 * ```
 */
export class StatusReader {
  readonly #store: StoreReader
  readonly #instrument: Instrument
  readonly #calendar: Calendar
  readonly #history: CycleHistory
  #market: (MarketPart & { readonly readAt: number; readonly cycle: string | undefined }) | undefined

  constructor(store: StoreReader, instrument: Instrument) {
    this.#store = store
    this.#instrument = instrument
    this.#calendar = calendarOf(instrument)
    this.#history = new CycleHistory(instrument.symbol)
  }

  /** How the instrument stands at `now`, epoch ms. Rejects as the store's reads do. */
  async read(now: number, options: WaitOptions = {}): Promise<StatusView> {
    await this.#history.update(this.#store, now, options)
    const { last } = this.#history
    const market = await this.#marketAt(now, last, options)
    return {
      instrument: this.#instrument,
      at: now,
      market: marketState(this.#calendar, now),
      lastCycle: last === undefined ? undefined : lastCycle(last, market.error),
      success: WINDOWS.map((length) => this.#history.window(length, now)),
      freshness: this.#freshness(now, market.newest, last),
      cycleTimes: this.#history.times(),
      levels: market.levels,
      events: market.events,
      missing: market.missing,
      suspects: market.suspects,
      memoryBytes: last && measureOf(last, 'process_memory_bytes'),
    }
  }

  async #marketAt(now: number, last: Row<'collection_cycles'> | undefined, options: WaitOptions): Promise<MarketPart> {
    const known = this.#market
    const isKnown = known !== undefined && known.cycle === last?.id && Math.abs(now - known.readAt) < MARKET_EVERY
    if (isKnown) return known
    this.#market = { ...(await this.#readMarket(now, last, options)), readAt: now, cycle: last?.id }
    return this.#market
  }

  async #readMarket(
    now: number,
    last: Row<'collection_cycles'> | undefined,
    options: WaitOptions,
  ): Promise<MarketPart> {
    const store = this.#store
    const { symbol: instrument } = this.#instrument
    const newest = await store.newestBar(instrument, options)
    const seen = newest?.time ?? now
    const day = tradingDay(seen)
    const since = { instrument, from: day.start - CANDLES }
    const held = { instrument, from: seen - LEVELS_FROM }
    const missing = { instrument, from: now - MISSING_FROM, newestFirst: true, limit: MOST_MISSING }
    const suspects = { ...missing, limit: MOST_SUSPECTS }
    const [levels, pivots, liquidity, gaps, breaks, minutes, bars, error] = await Promise.all([
      store.readRows('reference_levels', held, options),
      store.readRows('fibonacci_pivots', held, options),
      store.readRows('liquidity_events', since, options),
      store.readRows('fvg', since, options),
      store.readRows('market_structure', since, options),
      store.readRows('missing_minutes', missing, options),
      store.readRows('ohlc_suspects', suspects, options),
      last?.status === 'failed' || last?.status === 'partial' ? this.#errorOf(last, options) : undefined,
    ])
    return {
      newest,
      levels: nearbyLevels({ levels, pivots, price: newest?.close }),
      events: tradingEvents({ liquidity, gaps, breaks, from: day.start, to: day.end + 1 }),
      missing: openCount(minutes, ({ healed_at }) => healed_at === null, MOST_MISSING),
      suspects: openCount(bars, ({ admitted_at }) => admitted_at === null, MOST_SUSPECTS),
      error,
    }
  }

  async #errorOf({ cycle, finished_at }: Row<'collection_cycles'>, options: WaitOptions): Promise<string | undefined> {
    const span = { instrument: this.#instrument.symbol, from: finished_at, to: finished_at + MINUTE, limit: 20 }
    const errors = await this.#store.readRows('error_log', span, options)
    return errors.find((error) => error.cycle === cycle)?.error_message
  }

  #freshness(now: number, newest: StoredBar | undefined, last: Row<'collection_cycles'> | undefined): Freshness {
    const delayMs = (last && measureOf(last, 'delay_ms')) ?? this.#instrument.delayMs
    const lagMs =
      newest === undefined ? undefined : barLag({ now, newest: newest.time, calendar: this.#calendar, delayMs })
    return { newestBar: newest?.time, price: newest?.close, lagMs, delayMs }
  }
}

function marketState(calendar: Calendar, now: number): MarketState {
  const open = calendar.isOpen(now)
  const changesAt = open ? calendar.nextClose(now) : calendar.nextOpen(now)
  return { open, changesAt: Number.isFinite(changesAt) ? changesAt : undefined }
}

function lastCycle(row: Row<'collection_cycles'>, error: string | undefined): LastCycle {
  const steps = Object.entries(stepsOf(row)).map(([name, durationMs]) => ({ name, durationMs }))
  return { row, steps, error }
}

function openCount<R>(rows: readonly R[], isOpen: (row: R) => boolean, most: number): OpenCount {
  return { count: rows.filter(isOpen).length, isLeast: rows.length >= most }
}
