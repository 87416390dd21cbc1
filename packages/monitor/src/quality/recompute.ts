import { createEngine, EXCHANGE, FEATURE_TABLES, type FeatureTable, type RowsByTable } from '@openpredict/calculators'
import type { Instrument } from '@openpredict/market'
import { type Row, type StoreReader, tableOf, type WaitOptions } from '@openpredict/store'

import { portionsOf, storedBars } from './bar-portions.ts'
import { WARM_UP_INTERVAL } from './expected-levels.ts'
import type { QualityCheck } from './quality-report.ts'
import { checkOf, counted, Tally } from './tally.ts'
import { storedWarmUp } from './warm-up.ts'

/** Tables that coarser bars give as well as minutes do; of the others only what became known after the first minute is kept. */
const EXACT: readonly FeatureTable[] = ['reference_levels', 'fibonacci_pivots']
/** Values are rounded alike; what is left is the way through a database. */
const SAME = 1e-9

type Values = Readonly<Record<string, unknown>>

/** What is calculated again, and what of it is compared. */
export interface RecomputeOptions {
  readonly instrument: Instrument
  /** Rows of periods that began in `[from, to)`, epoch ms, are compared. */
  readonly from: number
  readonly to: number
  /** The instant that the stored features have reached; none: they are compared with those of no bar. */
  readonly reached: number | undefined
  readonly oldest: number
}

/** What a new calculation says, and how many rows it was compared by. */
export interface RecomputeResult {
  readonly check: QualityCheck
  readonly compared: number
  readonly agreeing: number
}

/**
 * Calculates all six tables again from all stored bars, as a collector does after a correction, and compares the rows of
 * the window: each is there, with the same values, and no other.
 */
export async function recompute(
  store: StoreReader,
  options: RecomputeOptions,
  keep: number,
  wait: WaitOptions,
): Promise<RecomputeResult> {
  const stored = await storedRows(store, options, wait)
  const tally = new Tally(keep)
  let compared = 0
  const compare = (rows: RowsByTable): void => {
    for (const table of FEATURE_TABLES) {
      for (const row of rows[table]) {
        if (!isIn(table, row, options)) continue
        compared++
        const key = keyOf(table, row)
        const match = stored.get(key)
        if (match !== undefined) stored.delete(key)
        const wrong = match === undefined ? 'is not there' : difference(table, match, row)
        if (wrong !== undefined) tally.add(timeOf(table, row), () => `${key} ${wrong}`)
      }
    }
  }
  await calculate(store, options, wait, compare)
  for (const [key, row] of stored) {
    compared++
    tally.add(
      timeOf(key.slice(0, key.indexOf(' ')) as FeatureTable, row),
      () => `${key} is there, and no calculation gives it`,
    )
  }
  const summary =
    tally.found > 0
      ? `${counted(tally.found, 'row')} of ${compared} that a new calculation gives otherwise`
      : `all of ${counted(compared, 'row')}`
  const counts = { compared, differing: tally.found }
  const check = checkOf('recompute', tally.found > 0 ? 'failed' : 'passed', summary, { counts, tally })
  return { check, compared, agreeing: compared - tally.found }
}

/** Runs a new engine over all bars, and hands over each row once, with its last values. */
async function calculate(
  store: StoreReader,
  { instrument, reached, oldest }: RecomputeOptions,
  wait: WaitOptions,
  take: (rows: RowsByTable) => void,
): Promise<void> {
  if (reached === undefined) return
  const { symbol } = instrument
  const engine = createEngine({ instrument, revisable: 0 })
  const warmUp = await storedWarmUp(store, { instrument: symbol, firstBar: oldest }, wait)
  if (warmUp.length > 0) engine.warmUp(warmUp, WARM_UP_INTERVAL)
  const minutesFrom = warmUp.length > 0 ? oldest : Number.NEGATIVE_INFINITY
  const kept = (rows: RowsByTable): RowsByTable => {
    const entries = FEATURE_TABLES.map((table) => {
      const its: readonly { readonly confirmed_at: number | null }[] = rows[table]
      return [
        table,
        EXACT.includes(table) ? its : its.filter(({ confirmed_at: at }) => at === null || at > minutesFrom),
      ]
    })
    return Object.fromEntries(entries) as RowsByTable
  }
  for await (const { bars } of portionsOf(storedBars(store, symbol, wait), oldest, reached)) {
    engine.feed(bars)
    take(kept(engine.takeFinished()))
  }
  if (engine.asOf !== undefined) engine.advanceTo(Math.max(reached, engine.asOf))
  take(kept(engine.takeChanges()))
}

async function storedRows(
  store: StoreReader,
  { instrument: { symbol: instrument }, from, to }: RecomputeOptions,
  wait: WaitOptions,
): Promise<Map<string, Values>> {
  const stored = new Map<string, Values>()
  for (const table of FEATURE_TABLES) {
    const rows: readonly Row<FeatureTable>[] = await store.readRows(table, { instrument, from, to }, wait)
    for (const row of rows) stored.set(keyOf(table, row), row)
  }
  return stored
}

function keyOf(table: FeatureTable, row: object): string {
  const values = row as Values
  return [table, ...EXCHANGE[table].key.map((column) => String(values[column]))].join(' ')
}

function timeOf(table: FeatureTable, row: object): number {
  return (row as Values)[tableOf(table).time ?? ''] as number
}

function isIn(table: FeatureTable, row: object, { from, to }: RecomputeOptions): boolean {
  const at = timeOf(table, row)
  return at >= from && at < to
}

/** Which columns differ, in words; `undefined`: none. */
function difference(table: FeatureTable, stored: Values, expected: object): string | undefined {
  const values = expected as Values
  const differing = EXCHANGE[table].columns.filter((column) => !isSame(stored[column], values[column]))
  if (differing.length === 0) return undefined
  return differing
    .map((column) => `has ${column} ${String(stored[column])}, expected ${String(values[column])}`)
    .join('; ')
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= SAME)
}
