import { createEngine, FEATURE_TABLES } from '@openpredict/calculators'
import { createMarket } from '@openpredict/simulator'
import { instrumentOf } from '@openpredict/market'
import type { Row, Store } from '@openpredict/store'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE

/** The end of the month, a Wednesday, 14:30 UTC. */
export const NOW: number = Date.UTC(2024, 5, 5, 14, 30)

/** Fills a store with a month of an instrument: bars, features, a cycle a minute, minutes that are missing. */
export async function fillMonth(store: Store, symbol: string): Promise<void> {
  const instrument = instrumentOf(symbol)
  const bars = createMarket({ seed: 3, instrument }).bars(NOW - 31 * DAY, NOW)
  const engine = createEngine({ instrument })
  engine.feed(bars)
  const rows = engine.takeChanges()
  await store.transaction(async (tx) => {
    await tx.putBars(symbol, bars, { source: 'bench', ingestedAt: NOW })
    const order = { historyVersion: 0, asOf: NOW }
    for (const table of FEATURE_TABLES) await tx.putRows(table, symbol, rows[table], order)
    for (let i = 0; i < 31 * 1_440; i++) await tx.putCycle(cycleAt(symbol, i))
    await tx.putMissingMinutes(
      symbol,
      Array.from({ length: 1_000 }, (_, i) => ({
        timestamp: NOW - (i + 1) * 40 * MINUTE,
        state: 'absent_at_source' as const,
        times_asked: 3,
        first_asked_at: NOW - DAY,
        last_asked_at: NOW,
        healed_at: i % 3 === 0 ? NOW : null,
      })),
    )
  })
}

/** The cycle `ago` minutes before the end. */
export function cycleAt(instrument: string, ago: number): Row<'collection_cycles'> {
  const started_at = NOW - Math.round(ago * MINUTE)
  const names =
    'fetch store_ohlc calc_ref_levels calc_pivots detect_liquidity detect_fvg segment_blocks detect_structure'
  const measures = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`process_measure_${i}`, i * 1_000_000]))
  return {
    id: crypto.randomUUID(),
    instrument,
    cycle: Math.floor(50_000 - ago),
    started_at,
    finished_at: started_at + 400,
    duration_ms: 400,
    waiting_ms: 380,
    status: ago % 97 === 5 ? 'failed' : 'success',
    failed_step: ago % 97 === 5 ? 'fetch' : null,
    error_category: ago % 97 === 5 ? 'network' : null,
    bars_fetched: 31,
    bars_new: 1,
    rows_written: 30,
    step_ms: Object.fromEntries(names.split(' ').map((name, i) => [name, i === 0 ? 350.25 : 2.125])),
    host: 'bench',
    version: '0.1.0',
    measures,
  }
}
