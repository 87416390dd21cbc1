import type { Bar, BarSeries } from '@openpredict/market'

import {
  type Calculator,
  type CalculatorOptions,
  type EngineOptions,
  FairValueGaps,
  fairValueGaps,
  type FeatureTable,
  FibonacciPivots,
  fibonacciPivots,
  type HistoryOptions,
  HourlyBlocks,
  hourlyBlocks,
  LiquidityEvents,
  liquidityEvents,
  MarketStructure,
  marketStructure,
  ReferenceLevels,
  referenceLevels,
} from '../src/index.ts'
import type { NaiveOptions } from './cases.ts'
import { currentGapsNaive, fairValueGapsNaive } from './reference/fair-value-gaps.ts'
import { currentPivotsNaive, fibonacciPivotsNaive } from './reference/fibonacci-pivots.ts'
import { currentBlocksNaive, hourlyBlocksNaive } from './reference/hourly-blocks.ts'
import { currentEventsNaive, liquidityEventsNaive } from './reference/liquidity-events.ts'
import { currentBreaksNaive, marketStructureNaive } from './reference/market-structure.ts'
import { currentLevelsNaive, referenceLevelsNaive } from './reference/reference-levels.ts'
import type { OwnOptions } from './settings.ts'

/** A calculator and the naive reference that it has to equal. */
export interface Subject {
  readonly table: FeatureTable
  readonly create: (options: EngineOptions) => Calculator<object>
  readonly atOnce: (bars: readonly Bar[] | BarSeries, options: EngineOptions & HistoryOptions) => object[]
  readonly history: (bars: readonly Bar[], options: NaiveOptions) => object[]
  readonly current: (bars: readonly Bar[], options: NaiveOptions) => object[]
}

/** The names under which the engine has the options of single calculators. */
const OWN: readonly string[] = [
  'referenceLevels',
  'liquidityEvents',
  'fairValueGaps',
  'hourlyBlocks',
  'marketStructure',
] satisfies (keyof OwnOptions)[]

/** Of all options those that all calculators share, and those that one of them has for itself. */
function optionsOf<All extends OwnOptions, Name extends keyof OwnOptions = never>(
  options: All,
  name?: Name,
): Omit<All, keyof OwnOptions> & NonNullable<All[Name]> {
  const shared = Object.fromEntries(Object.entries(options).filter(([key]) => !OWN.includes(key)))
  return { ...shared, ...(name === undefined ? {} : options[name]) } as ReturnType<typeof optionsOf<All, Name>>
}

/** The options without those of single calculators. */
export function forAll(options: EngineOptions): CalculatorOptions {
  return optionsOf(options)
}

export const SUBJECTS: readonly Subject[] = [
  {
    table: 'reference_levels',
    create: (options) => new ReferenceLevels(optionsOf(options, 'referenceLevels')),
    atOnce: (bars, options) => referenceLevels(bars, optionsOf(options, 'referenceLevels')),
    history: (bars, options) => referenceLevelsNaive(bars, optionsOf(options, 'referenceLevels')),
    current: (bars, options) => currentLevelsNaive(bars, optionsOf(options, 'referenceLevels')),
  },
  {
    table: 'fibonacci_pivots',
    create: (options) => new FibonacciPivots(optionsOf(options)),
    atOnce: (bars, options) => fibonacciPivots(bars, optionsOf(options)),
    history: fibonacciPivotsNaive,
    current: currentPivotsNaive,
  },
  {
    table: 'liquidity_events',
    create: (options) => new LiquidityEvents(optionsOf(options, 'liquidityEvents')),
    atOnce: (bars, options) => liquidityEvents(bars, optionsOf(options, 'liquidityEvents')),
    history: (bars, options) => liquidityEventsNaive(bars, optionsOf(options, 'liquidityEvents')),
    current: (bars, options) => currentEventsNaive(bars, optionsOf(options, 'liquidityEvents')),
  },
  {
    table: 'fvg',
    create: (options) => new FairValueGaps(optionsOf(options, 'fairValueGaps')),
    atOnce: (bars, options) => fairValueGaps(bars, optionsOf(options, 'fairValueGaps')),
    history: (bars, options) => fairValueGapsNaive(bars, optionsOf(options, 'fairValueGaps')),
    current: (bars, options) => currentGapsNaive(bars, optionsOf(options, 'fairValueGaps')),
  },
  {
    table: 'hourly_blocks',
    create: (options) => new HourlyBlocks(optionsOf(options, 'hourlyBlocks')),
    atOnce: (bars, options) => hourlyBlocks(bars, optionsOf(options, 'hourlyBlocks')),
    history: (bars, options) => hourlyBlocksNaive(bars, optionsOf(options, 'hourlyBlocks')),
    current: (bars, options) => currentBlocksNaive(bars, optionsOf(options, 'hourlyBlocks')),
  },
  {
    table: 'market_structure',
    create: (options) => new MarketStructure(optionsOf(options, 'marketStructure')),
    atOnce: (bars, options) => marketStructure(bars, optionsOf(options, 'marketStructure')),
    history: (bars, options) => marketStructureNaive(bars, optionsOf(options, 'marketStructure')),
    current: (bars, options) => currentBreaksNaive(bars, optionsOf(options, 'marketStructure')),
  },
]

/** What identifies a row of each table, besides the instrument. */
const KEYS: Readonly<Record<FeatureTable, readonly string[]>> = {
  reference_levels: ['level_type', 'period_start'],
  fibonacci_pivots: ['period', 'period_start', 'level'],
  liquidity_events: ['level_type', 'period_start', 'timestamp', 'quality'],
  fvg: ['timeframe', 'timestamp', 'fvg_type'],
  hourly_blocks: ['hour_start', 'block_number'],
  market_structure: ['timeframe', 'timestamp', 'break_type', 'direction'],
}

/** The key of a row as text. */
export function keyOf(table: FeatureTable, row: object): string {
  return KEYS[table].map((column) => String((row as Record<string, unknown>)[column])).join(' ')
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
    this.#requireOnce(changes)
    for (const row of changes) this.#rows.set(keyOf(this.#table, row), row)
  }

  /** Takes in a correction: what is gone has to be there as it is said to be, and what comes must not be there any more. */
  correct(gone: readonly object[], come: readonly object[]): void {
    this.#requireOnce(gone)
    for (const row of gone) {
      const key = keyOf(this.#table, row)
      const wrong = differences(
        [row],
        [this.#rows.get(key)].flatMap((known) => known ?? []),
        'said to be gone',
      )
      if (wrong.length > 0) throw new Error(wrong.join('\n'))
      this.#rows.delete(key)
    }
    const doubled = come.filter((row) => this.#rows.has(keyOf(this.#table, row)))
    if (doubled.length > 0) throw new Error(`rows come that were there and not gone: ${lines(doubled).join('\n')}`)
    const unchanged = lines(come).filter((line) => lines(gone).includes(line))
    if (unchanged.length > 0) throw new Error(`rows go and come unchanged: ${unchanged.join('\n')}`)
    this.write(come)
  }

  get rows(): object[] {
    return [...this.#rows.values()]
  }

  #requireOnce(rows: readonly object[]): void {
    const keys = new Set(rows.map((row) => keyOf(this.#table, row)))
    if (keys.size < rows.length) throw new Error(`a row is named twice: ${lines(rows).join('\n')}`)
  }
}

/** A value as text that keeps apart what is not the same: text from numbers, null from NaN, 0 from -0. */
function written(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Each row with all columns as text, sorted. */
export function lines(rows: readonly object[]): string[] {
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
