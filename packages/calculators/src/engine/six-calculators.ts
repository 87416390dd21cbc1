import { type Bar, BarSeries, type Interval } from '@openpredict/market'

import { FairValueGaps } from '../fair-value-gaps/fair-value-gaps.ts'
import { FibonacciPivots } from '../fibonacci-pivots/fibonacci-pivots.ts'
import { HourlyBlocks } from '../hourly-blocks/hourly-blocks.ts'
import { asColumns, BarReader } from '../internal/bar-reader.ts'
import { requireOption } from '../internal/checked-options.ts'
import { OneBar } from '../internal/one-bar.ts'
import { RowCalculator, type Settings, type Standing } from '../internal/row-calculator.ts'
import { type CalculatorSnapshot, readSnapshot, writeSnapshot } from '../internal/snapshot.ts'
import { LiquidityEvents } from '../liquidity-events/liquidity-events.ts'
import { MarketStructure } from '../market-structure/market-structure.ts'
import { ReferenceLevels } from '../reference-levels/reference-levels.ts'
import type { Engine, EngineOptions, Revision } from './engine.ts'
import { dataOf, fromData } from './engine-data.ts'
import type { RowsByTable } from './feature-rows.ts'
import { KeptBars } from './kept-bars.ts'
import { withBars } from './portion.ts'
import { checkRevision } from './revision-check.ts'
import { RowsByKey } from './rows-by-key.ts'

/** The engine: see its interface. */
export class SixCalculators implements Engine {
  readonly calculators: readonly [
    ReferenceLevels,
    FibonacciPivots,
    LiquidityEvents,
    FairValueGaps,
    HourlyBlocks,
    MarketStructure,
  ]
  readonly #interval: Interval
  readonly #kept: KeptBars
  readonly #one = new OneBar()

  constructor(options: EngineOptions) {
    const {
      referenceLevels,
      liquidityEvents,
      fairValueGaps,
      hourlyBlocks,
      marketStructure,
      revisable = 50_000,
      ...common
    } = options
    const isCount = Number.isInteger(revisable) || revisable === Number.POSITIVE_INFINITY
    requireOption(isCount && revisable >= 0, 'revisable', revisable, 'a whole number of bars, 0 or more')
    this.calculators = [
      new ReferenceLevels({ ...common, ...referenceLevels }),
      new FibonacciPivots(common),
      new LiquidityEvents({ ...common, ...liquidityEvents }),
      new FairValueGaps({ ...common, ...fairValueGaps }),
      new HourlyBlocks({ ...common, ...hourlyBlocks }),
      new MarketStructure({ ...common, ...marketStructure }),
    ]
    this.#interval = common.interval ?? '1m'
    this.#kept = new KeptBars(this.calculators, revisable)
  }

  get asOf(): number | undefined {
    const reached = Math.min(...this.calculators.map(({ asOf = Number.NEGATIVE_INFINITY }) => asOf))
    return Number.isFinite(reached) ? reached : undefined
  }

  next(bar: Bar): void {
    const bars = this.#one.set(bar)
    this.#take(bars, 0, 1, BarReader.countOf(this.calculators[0]), this.#interval)
  }

  feed(bars: BarSeries | readonly Bar[], from?: number, to?: number): void {
    asColumns((columns, start, end, offset) => this.#take(columns, start, end, offset, this.#interval), bars, from, to)
  }

  warmUp(bars: BarSeries | readonly Bar[], interval: Interval): void {
    BarReader.withInterval(this.calculators, interval, () => {
      asColumns((columns, from, to, offset) => this.#take(columns, from, to, offset, interval), bars)
    })
  }

  advanceTo(asOf: number): void {
    BarReader.advance(this.calculators, asOf)
  }

  takeChanges(): RowsByTable {
    this.#kept.noteHandedOver('changes', this.asOf)
    return this.#rows((calculator) => calculator.takeChanges())
  }

  takeFinished(): RowsByTable {
    this.#kept.noteHandedOver('finished', this.asOf)
    return this.#rows((calculator) => calculator.takeFinished())
  }

  current(): RowsByTable {
    return this.#rows((calculator) => calculator.current())
  }

  peek(bar: Bar): RowsByTable {
    BarReader.check(this.calculators, this.#one.set(bar), 0, 1, BarReader.countOf(this.calculators[0]))
    return this.#rows((calculator) => calculator.peek(bar))
  }

  revise(given: Bar | readonly Bar[]): Revision {
    const bars = BarSeries.from('time' in given ? [given] : given)
    const nothing = new RowsByKey()
    const first = bars.time[0]
    if (first === undefined) return { gone: nothing.notIn(nothing), come: nothing.notIn(nothing) }
    const kept = checkRevision(bars, this.asOf, this.#kept.from(first))
    const asOf = this.asOf as number
    const before = this.#kept.again(kept)
    const after = this.#kept.instead({ ...kept, stretches: withBars(kept.stretches, bars) })
    this.advanceTo(asOf)
    return { gone: before.notIn(after), come: after.notIn(before) }
  }

  snapshot(): CalculatorSnapshot {
    const standing = this.calculators.map((calculator) => RowCalculator.standing(calculator))
    return writeSnapshot('engine', this.#settings, dataOf(standing, this.#kept.from()))
  }

  restore(snapshot: CalculatorSnapshot): void {
    const { standing, kept } = fromData(readSnapshot(snapshot, 'engine', this.#settings))
    this.#kept.clear()
    if (kept !== undefined) this.#kept.instead(kept)
    for (const [i, calculator] of this.calculators.entries()) RowCalculator.goBack(calculator, standing[i] as Standing)
    if (kept === undefined) this.#kept.startAnew()
  }

  get #settings(): Settings {
    return Object.fromEntries(
      this.calculators.map((calculator) => [calculator.table, RowCalculator.settingsOf(calculator)]),
    )
  }

  #take(bars: BarSeries, from: number, to: number, offset: number, interval: Interval): void {
    BarReader.check(this.calculators, bars, from, to, offset)
    this.#kept.read(bars, from, to, interval)
  }

  #rows(ask: (calculator: SixCalculators['calculators'][number]) => object[]): RowsByTable {
    const rows: unknown = Object.fromEntries(this.calculators.map((calculator) => [calculator.table, ask(calculator)]))
    return rows as RowsByTable
  }
}
