import { createEngine, FEATURE_TABLES, type RowsByTable } from '@openpredict/calculators'
import {
  type Bar,
  BarSeries,
  calendarOf,
  createManualClock,
  type Instrument,
  instrumentOf,
  parseInstant,
} from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { openStore, type Row, type Store, type WithoutInstrument } from '@openpredict/store'

import type { QualityReport } from '../src/quality/quality-report.ts'
import { validateQuality, type ValidateOptions } from '../src/quality/validate-quality.ts'

export const MINUTE = 60_000
export const HOUR: number = 60 * MINUTE

/** A store that holds what it should, but for what a test changes. */
export interface StoreChange {
  readonly instrument?: Instrument
  /** Bars are those of `[from, to)`. */
  readonly from?: number
  readonly to?: number
  /** What is stored of the bars that the source has; the features are those of what is stored. */
  readonly bars?: (bars: readonly Bar[]) => readonly Bar[]
  /** How many of the last bars the features do not know. */
  readonly featuresBehind?: number
  /** The rows of features that are stored. */
  readonly rows?: (rows: RowsByTable) => RowsByTable
  /** What is recorded of minutes without a bar. */
  readonly missing?: (
    rows: readonly WithoutInstrument<'missing_minutes'>[],
  ) => readonly WithoutInstrument<'missing_minutes'>[]
  readonly suspects?: readonly WithoutInstrument<'ohlc_suspects'>[]
  readonly cycles?: readonly Row<'collection_cycles'>[]
  /** When bars are stored. */
  readonly ingestedAt?: number
}

export const NQ: Instrument = instrumentOf('NQ=F')
/** From the reopening on a Sunday to the next but one evening. */
export const FROM: number = parseInstant('2024-06-02T22:00:00Z')
export const TO: number = parseInstant('2024-06-04T14:00:00Z')
/** When the source has the last of these bars, and no later one. */
export const NOW: number = TO + NQ.delayMs

/** Opens a store in memory and fills it. */
export async function filledStore(change: StoreChange = {}): Promise<Store> {
  const { instrument = NQ, from = FROM, to = TO, featuresBehind = 0, ingestedAt = to } = change
  const { symbol } = instrument
  const store = await openStore('sqlite::memory:', { clock: createManualClock(ingestedAt) })
  const source = createMarket({ seed: 5, instrument }).bars(from, to).toArray()
  const bars = change.bars?.(source) ?? source
  const engine = createEngine({ instrument, revisable: 0 })
  engine.feed(bars.slice(0, bars.length - featuresBehind))
  const rows = change.rows?.(engine.takeChanges()) ?? engine.takeChanges()
  const missing = missingRows(instrument, bars, { from, to })
  await store.transaction(async (tx) => {
    await tx.putBars(symbol, BarSeries.from(bars), { source: 'test', ingestedAt })
    for (const table of FEATURE_TABLES)
      await tx.putRows(table, symbol, rows[table], { historyVersion: 0, asOf: engine.asOf ?? 0 })
    await tx.putMissingMinutes(symbol, change.missing?.(missing) ?? missing)
    await tx.putSuspects(symbol, change.suspects ?? [])
    for (const row of change.cycles ?? []) await tx.putCycle(row)
  })
  return store
}

/** What the quality of a changed store is. */
export async function judged(
  change: StoreChange = {},
  options: Partial<Omit<ValidateOptions, 'store'>> = {},
): Promise<QualityReport> {
  const { instrument = NQ, to = TO } = change
  await using store = await filledStore(change)
  return await validateQuality({
    store,
    instrument,
    from: to - 24 * HOUR,
    to: to + NQ.delayMs,
    now: to + NQ.delayMs,
    ...options,
  })
}

/** The checks that did not pass, with their verdicts. */
export function fired({ checks }: QualityReport): Readonly<Record<string, string>> {
  return Object.fromEntries(checks.flatMap(({ id, verdict }) => (verdict === 'passed' ? [] : [[id, verdict]])))
}

/** A cycle that succeeded, but for what a test changes. */
export function cycle(at: number, change: Partial<Row<'collection_cycles'>> = {}): Row<'collection_cycles'> {
  return {
    id: `00000000-0000-4000-8000-${String(at).slice(-12).padStart(12, '0')}`,
    instrument: NQ.symbol,
    cycle: 1,
    started_at: at,
    finished_at: at + 1_000,
    duration_ms: 1_000,
    waiting_ms: 900,
    status: 'success',
    failed_step: null,
    error_category: null,
    bars_fetched: 31,
    bars_new: 1,
    rows_written: 20,
    step_ms: {},
    host: 'test',
    version: '0.0.0',
    measures: null,
    ...change,
  }
}

function missingRows(
  instrument: Instrument,
  bars: readonly Bar[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly WithoutInstrument<'missing_minutes'>[] {
  const times = new Set(bars.map(({ time }) => time))
  return calendarOf(instrument)
    .openPeriods(from, to)
    .flatMap(({ start, end }) => Array.from({ length: (end - start) / MINUTE }, (_, i) => start + i * MINUTE))
    .filter((minute) => !times.has(minute))
    .map((timestamp) => ({
      timestamp,
      state: 'absent_at_source',
      times_asked: 1,
      first_asked_at: timestamp + 2 * MINUTE,
      last_asked_at: timestamp + 2 * MINUTE,
      healed_at: null,
    }))
}
