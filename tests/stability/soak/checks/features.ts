import { BarSeries, formatInstant, type Instrument } from '@openpredict/market'
import { comparableColumns, openStore, type Row, type Store, tableOf } from '@openpredict/store'

import { createEngine, FEATURE_TABLES, type FeatureTable } from '../../../../packages/calculators/src/index.ts'
import type { Check, Finding } from './check.ts'

const HISTORY_MS = 5 * 60_000
/** Tables whose rows coarser bars give as well as minutes do. */
const EXACT: readonly FeatureTable[] = ['reference_levels', 'fibonacci_pivots']

/** Stored features are those of one calculation over all stored bars, with the coarser bars from before them first. */
export const checkFeatures: Check = async ({ store, instrument, watermark }) => {
  return { check: 'features', ...(await compareFeatures(store, instrument, watermark)) }
}

/** The same at moments on the way: what a restart calculates anew would hide what was wrong before. */
export const checkFeaturesOnTheWay: Check = async ({ record: { snapshots }, instrument, clock }) => {
  const differences: string[] = []
  let compared = 0
  for (const { at, file } of snapshots) {
    await using store = await openStore(`sqlite:${file}`, { clock, readOnly: true })
    const found = await compareNow(store, instrument)
    compared += found.compared
    differences.push(...found.differences.map((each) => `at ${formatInstant(at)}, ${each}`))
  }
  return { check: 'features on the way', compared, differences }
}

/** Compares features as they are, as of when any of them was last written. */
async function compareNow(store: Store, instrument: Instrument): Promise<Compared> {
  let asOf = Number.NEGATIVE_INFINITY
  for (const table of FEATURE_TABLES) {
    for (const row of await store.readRows(table, { instrument: instrument.symbol })) asOf = Math.max(asOf, row.as_of)
  }
  return Number.isFinite(asOf) ? compareFeatures(store, instrument, asOf) : { compared: 0, differences: [] }
}

type Compared = Pick<Finding, 'compared' | 'differences'>

async function compareFeatures(store: Store, instrument: Instrument, watermark: number): Promise<Compared> {
  const differences: string[] = []
  let compared = 0
  const batch = await batchFeatures(store, instrument, watermark)
  for (const table of FEATURE_TABLES) {
    const stored = await storedLines(store, table, instrument.symbol)
    const expected = batch.get(table) ?? new Map<string, string>()
    compared += expected.size
    for (const [key, line] of expected) {
      const found = stored.get(key)
      if (found === undefined) differences.push(`${table} lacks ${line}`)
      else if (found !== line) differences.push(`${table} has ${found}, and should have ${line}`)
      stored.delete(key)
    }
    for (const line of stored.values()) differences.push(`${table} has ${line}, which no calculation gives`)
  }
  return { compared, differences }
}

type Lines = Map<string, string>

/** The rows that one pass over the stored bars gives, by table and key. */
async function batchFeatures(
  store: Store,
  instrument: Instrument,
  watermark: number,
): Promise<ReadonlyMap<FeatureTable, Lines>> {
  const bars = await store.readBars({ instrument: instrument.symbol })
  const first = bars.time[0] ?? 0
  const history = await historyBefore(store, instrument.symbol, first)
  const asOf = Math.max(watermark, (bars.time.at(-1) ?? 0) + 60_000)
  const lines = createEngine({ instrument }).calculators.map((calculator): readonly [FeatureTable, Lines] => {
    const { table } = calculator
    if (history.length > 0) calculator.warmUp(history, '5m')
    calculator.feed(bars)
    calculator.advanceTo(asOf)
    const rows = calculator
      .takeChanges()
      .filter(({ confirmed_at: at }) => history.length === 0 || EXACT.includes(table) || at === null || at > first)
    return [table, linesOf(table, rows)]
  })
  return new Map(lines)
}

async function historyBefore(store: Store, symbol: string, first: number): Promise<BarSeries> {
  const rows = await store.readRows('ohlc_history', { instrument: symbol })
  return BarSeries.from(
    rows
      .filter(({ timestamp }) => timestamp + HISTORY_MS <= first)
      .map(({ timestamp: time, open, high, low, close, volume }) => ({ time, open, high, low, close, volume })),
  )
}

async function storedLines(store: Store, table: FeatureTable, symbol: string): Promise<Lines> {
  return linesOf(table, await store.readRows(table, { instrument: symbol }))
}

/** Rows as text, by key; without the instrument, and without what says when a row was written and in which history. */
function linesOf(table: FeatureTable, rows: readonly (Partial<Row<FeatureTable>> | object)[]): Lines {
  const { key } = tableOf(table)
  const without = (name: string): boolean => name !== 'instrument' && name !== 'history_version'
  const columns = comparableColumns(table).filter(without)
  const lines = rows.map((row) => {
    const values = row as Readonly<Record<string, unknown>>
    const pick = (names: readonly string[]): unknown => names.map((name) => values[name] ?? null)
    const named = Object.fromEntries(columns.map((name) => [name, values[name] ?? null]))
    return [JSON.stringify(pick(key.filter(without))), JSON.stringify(named)] as const
  })
  return new Map(lines)
}
