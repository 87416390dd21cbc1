import { createEngine, FEATURE_TABLES } from '@openpredict/calculators'
import { calendarOf, type Instrument } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import type { Store } from '@openpredict/store'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE

/** The end of the month that is filled, epoch ms. */
export const MONTH_END: number = Date.UTC(2024, 6, 1)

/**
 * Stores 36 days of simulated minutes of an instrument with their features, and what is recorded of minutes in which
 * nobody traded. Returns the number of bars.
 */
export async function fillMonth(store: Store, instrument: Instrument): Promise<number> {
  const from = MONTH_END - 36 * DAY
  const { symbol } = instrument
  const bars = createMarket({ seed: 3, instrument }).bars(from, MONTH_END)
  const engine = createEngine({ instrument, revisable: 0 })
  engine.feed(bars)
  const rows = engine.takeChanges()
  const times = new Set(bars.time)
  const quiet = calendarOf(instrument)
    .openPeriods(from, MONTH_END)
    .flatMap(({ start, end }) => Array.from({ length: (end - start) / MINUTE }, (_, i) => start + i * MINUTE))
    .filter((minute) => !times.has(minute))
  await store.transaction(async (tx) => {
    await tx.putBars(symbol, bars, { source: 'sim', ingestedAt: MONTH_END })
    for (const table of FEATURE_TABLES)
      await tx.putRows(table, symbol, rows[table], { historyVersion: 0, asOf: engine.asOf ?? 0 })
    await tx.putMissingMinutes(
      symbol,
      quiet.map((timestamp) => ({
        timestamp,
        state: 'absent_at_source',
        times_asked: 1,
        first_asked_at: timestamp + MINUTE,
        last_asked_at: timestamp + MINUTE,
        healed_at: null,
      })),
    )
  })
  return bars.length
}
