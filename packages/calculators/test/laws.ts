import { type Bar, type BarSeries, instrumentOf } from '@openpredict/market'
import fc from 'fast-check'
import { vi } from 'vitest'

import {
  type Calculator,
  FibonacciPivots,
  fibonacciPivots,
  ReferenceLevels,
  referenceLevels,
  type FeatureTable,
  type HistoryOptions,
  type ReferenceLevelsOptions,
} from '../src/index.ts'
import { marketOf, marketPlans, vouchedTimes, type MarketPlan } from './markets.ts'
import { currentPivotsNaive, fibonacciPivotsNaive } from './reference/fibonacci-pivots.ts'
import { currentLevelsNaive, referenceLevelsNaive } from './reference/reference-levels.ts'
import type { ReferenceOptions } from './reference/rows.ts'

/** A calculator and the naive reference that it has to equal. */
export interface Subject {
  readonly table: FeatureTable
  readonly create: (options: ReferenceLevelsOptions) => Calculator<object>
  readonly atOnce: (bars: readonly Bar[] | BarSeries, options: ReferenceLevelsOptions & HistoryOptions) => object[]
  readonly history: (bars: readonly Bar[], options: ReferenceOptions) => object[]
  readonly current: (bars: readonly Bar[], options: ReferenceOptions) => object[]
}

/** The options without those of reference levels alone. */
export function forAll<Options extends ReferenceLevelsOptions>(options: Options): Omit<Options, 'openTolerance'> {
  const { openTolerance, ...others } = options
  return openTolerance === undefined ? options : others
}

export const SUBJECTS: readonly Subject[] = [
  {
    table: 'reference_levels',
    create: (options) => new ReferenceLevels(options),
    atOnce: referenceLevels,
    history: referenceLevelsNaive,
    current: currentLevelsNaive,
  },
  {
    table: 'fibonacci_pivots',
    create: (options) => new FibonacciPivots(forAll(options)),
    atOnce: (bars, options) => fibonacciPivots(bars, forAll(options)),
    history: fibonacciPivotsNaive,
    current: currentPivotsNaive,
  },
]

/** What identifies a row of each table. */
const KEYS: Partial<Record<FeatureTable, readonly string[]>> = {
  reference_levels: ['level_type', 'period_start'],
  fibonacci_pivots: ['period', 'period_start', 'level'],
}

/** The key of a row as text. */
export function keyOf(table: FeatureTable, row: object): string {
  const columns = KEYS[table]
  if (columns === undefined) throw new Error(`say in KEYS what identifies a row of ${table}`)
  return columns.map((column) => String((row as Record<string, unknown>)[column])).join(' ')
}

/** What somebody has who wrote down every change: the history. */
export class Ledger {
  readonly #rows = new Map<string, object>()
  readonly #table: FeatureTable

  constructor(table: FeatureTable) {
    this.#table = table
  }

  /** Takes in one set of changes, which may name each row once. */
  write(changes: readonly object[]): void {
    const keys = new Set(changes.map((row) => keyOf(this.#table, row)))
    if (keys.size < changes.length) throw new Error(`a row is among the changes twice: ${lines(changes).join('\n')}`)
    for (const row of changes) this.#rows.set(keyOf(this.#table, row), row)
  }

  get rows(): object[] {
    return [...this.#rows.values()]
  }
}

/** A value as text that keeps apart what is not the same: text from numbers, null from NaN, 0 from -0. */
function written(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return Object.is(value, -0) ? '-0' : String(value)
}

function lines(rows: readonly object[]): string[] {
  return rows
    .map((row) => Object.entries(row).map(([column, value]) => `${column}: ${written(value)}`))
    .map((columns) => columns.toSorted().join(', '))
    .toSorted()
}

/** What keeps rows from being the expected ones, all columns and values, in any order; nothing when they are. */
export function differences(actual: readonly object[], expected: readonly object[], when: string): string[] {
  const [found, wanted] = [lines(actual), lines(expected)]
  if (found.join('\n') === wanted.join('\n')) return []
  return [
    `${when}: ${found.length} rows where ${wanted.length} are expected`,
    ...found.filter((line) => !wanted.includes(line)).map((line) => `not expected: ${line}`),
    ...wanted.filter((line) => !found.includes(line)).map((line) => `missing: ${line}`),
  ]
}

/** A market with the options that its calculators are made with. */
export interface Case {
  readonly plan: MarketPlan
  /** How long before the first bar history is vouched for to begin. */
  readonly vouched: number | undefined
  readonly openTolerance: number | undefined
}

export function cases(size: { readonly maxSegments?: number } = {}): fc.Arbitrary<Case> {
  return fc.record({
    plan: marketPlans(size),
    vouched: vouchedTimes,
    openTolerance: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom(0, 1, 5, 60) },
    ),
  })
}

/** The bars of a case, and its options as the calculators and as the reference want them. */
export function opened({ plan, vouched, openTolerance }: Case): {
  readonly bars: Bar[]
  readonly options: ReferenceLevelsOptions
  readonly naive: ReferenceOptions
} {
  const bars = marketOf(plan)
  const { interval } = plan
  const shared = {
    interval,
    ...(vouched === undefined ? {} : { historyStart: (bars[0]?.time ?? 0) - vouched }),
    ...(openTolerance === undefined ? {} : { openTolerance }),
  }
  return {
    bars,
    options: { ...shared, instrument: instrumentOf(plan.contract.symbol) },
    naive: { ...shared, instrument: plan.contract.symbol },
  }
}

/** Whether to take the time that it takes: OPENPREDICT_FULL=1. */
export const FULL: boolean = process.env['OPENPREDICT_FULL'] === '1'

/** How often a property runs: `usual` times, and ten times as often in full. */
export function runs(usual: number): { readonly numRuns: number } {
  return { numRuns: FULL ? 10 * usual : usual }
}

/** Lets the tests of a file run for longer than unit tests may: they compare many rows, on machines busy with others. */
export function allowTime(): void {
  vi.setConfig({ testTimeout: FULL ? 900_000 : 60_000 })
}
