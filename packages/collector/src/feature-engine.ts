import type { Calculator, Engine, FeatureTable } from '@openpredict/calculators'
import type { BarSeries, Clock } from '@openpredict/market'
import type { FeatureRow, StoreTransaction } from '@openpredict/store'

import type { StepReport } from './cycle-report.ts'
import { describeFailure, type Failure } from './failure.ts'
import { STEP_OF_TABLE } from './steps.ts'
import { isKept, storedWarmUp, WARM_UP_INTERVAL } from './warm-up.ts'

/** What came in and what it means for the features. */
export interface FeatureUpdate {
  /** Bars that are newer than all that the engine has seen. */
  readonly bars: BarSeries
  /** The open time of the newest bar that was stored before these; `undefined` when there was none. */
  readonly newestBefore: number | undefined
  /** Everything is computed again from the corrected history and the stored rows are made to fit. */
  readonly historyChanged: boolean
  /** How far the clock of the features moves, epoch ms; never past the source's watermark. */
  readonly asOf: number
  /** Market time, epoch ms: stamps what a correction replaces. */
  readonly now: number
}

/** Rows that a calculator handed out, or why it could not. */
type Outcome = { readonly rows: readonly FeatureRow<FeatureTable>[] } | { readonly failure: Failure }

/**
 * The calculators of one instrument, kept warm between cycles.
 *
 * A warm engine takes only the new bars. A cold one (at the start, after a failure, after a correction) is rebuilt from
 * the stored bars, which gives the same rows.
 */
export class FeatureEngine {
  readonly #symbol: string
  readonly #timer: Clock
  readonly #createEngine: () => Engine
  #engine: Engine | undefined
  /** The history version of the store that the warm engine has followed. */
  #historyVersion = 0
  /** Where the minutes of the warm engine begin, epoch ms, if coarser bars went before them. */
  #minutesFrom = Number.NEGATIVE_INFINITY

  constructor(options: { readonly symbol: string; readonly timer: Clock; readonly createEngine: () => Engine }) {
    this.#symbol = options.symbol
    this.#timer = options.timer
    this.#createEngine = options.createEngine
  }

  /** The instant (epoch ms) that the stored features have reached; `undefined` when there are none. */
  async reached(tx: StoreTransaction): Promise<number | undefined> {
    if (this.#engine !== undefined) return this.#engine.asOf
    // Levels are written with every bar, so the newest of them carries the as-of of the last writer.
    const [newest] = await tx.readRows('reference_levels', {
      instrument: this.#symbol,
      newestFirst: true,
      limit: 1,
    })
    return newest?.as_of
  }

  /** Forgets everything: the next update rebuilds from the store. */
  reset(): void {
    this.#engine = undefined
  }

  /**
   * Runs the six calculators, each timed and each on its own, and writes their rows within the transaction.
   *
   * A calculator that fails is reported, and the next update begins cold. When the transaction is rolled back, call
   * `reset`.
   */
  async update(tx: StoreTransaction, update: FeatureUpdate): Promise<readonly StepReport[]> {
    const symbol = this.#symbol
    const warm = update.historyChanged || !(await this.#isUpToDate(tx, update)) ? undefined : this.#engine
    const engine = warm ?? this.#createEngine()
    const bars = warm === undefined ? await tx.readBars({ instrument: symbol }) : update.bars
    const warmUp = warm === undefined ? await storedWarmUp(tx, symbol, bars.time[0] ?? 0) : undefined
    if (warmUp !== undefined) this.#minutesFrom = warmUp.length > 0 ? (bars.time[0] ?? 0) : Number.NEGATIVE_INFINITY
    if (update.historyChanged) await tx.raiseHistoryVersion(symbol)
    this.#engine = undefined
    const reports: StepReport[] = []
    for (const calculator of engine.calculators) {
      const { table } = calculator
      const started = this.#timer.now()
      const outcome = this.#run(calculator, { warmUp, bars, asOf: update.asOf })
      const rows = 'rows' in outcome ? await this.#write(tx, table, outcome.rows, update, warm === undefined) : 0
      const report = { name: STEP_OF_TABLE[table], durationMs: this.#timer.now() - started, rows }
      reports.push('rows' in outcome ? report : { ...report, failure: outcome.failure })
    }
    if (reports.every(({ failure }) => failure === undefined)) {
      this.#engine = engine
      this.#historyVersion = await tx.historyVersion(symbol)
    }
    return reports
  }

  /** Whether the engine has seen every stored bar but the new ones: another collector may have stored some, too. */
  async #isUpToDate(tx: StoreTransaction, { newestBefore }: FeatureUpdate): Promise<boolean> {
    const seen = this.#engine?.calculators[0].lastTime
    return seen === newestBefore && this.#historyVersion === (await tx.historyVersion(this.#symbol))
  }

  /** `whole`: the rows are the whole history, not only what changed. */
  async #write(
    tx: StoreTransaction,
    table: FeatureTable,
    rows: readonly FeatureRow<FeatureTable>[],
    { historyChanged, asOf, now }: FeatureUpdate,
    whole: boolean,
  ): Promise<number> {
    const symbol = this.#symbol
    const order = { historyVersion: await tx.historyVersion(symbol), asOf }
    if (!historyChanged) {
      const written = await tx.putRows(table, symbol, rows, order)
      // Rows that the stored bars do not give any more: bars were added without their features.
      if (!whole || (await tx.countRows(table, symbol)) <= rows.length) return written
    }
    const { removed, changed, added } = await tx.replaceRows(table, symbol, rows, { ...order, replacedAt: now })
    return removed + changed + added
  }

  /** Feeds one calculator; what it throws is a value, so that the others still run. */
  #run(
    calculator: Calculator<FeatureRow<FeatureTable>>,
    { warmUp, bars, asOf }: { readonly warmUp: BarSeries | undefined; readonly bars: BarSeries; readonly asOf: number },
  ): Outcome {
    try {
      if (warmUp !== undefined && warmUp.length > 0) calculator.warmUp(warmUp, WARM_UP_INTERVAL)
      calculator.feed(bars)
      calculator.advanceTo(Math.max(asOf, calculator.asOf ?? asOf))
      return { rows: calculator.takeChanges().filter((row) => isKept(calculator.table, row, this.#minutesFrom)) }
    } catch (error) {
      return { failure: describeFailure(error, 'calculation') }
    }
  }
}
