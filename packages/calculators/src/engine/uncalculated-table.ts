import type { Bar, BarSeries, Interval } from '@openpredict/market'

import type { Calculator, CalculatorOptions, FeatureTable } from '../calculator.ts'
import { BarReader } from '../internal/bar-reader.ts'
import { checkOptions } from '../internal/checked-options.ts'

/**
 * Stands in the engine for a table that has no calculator yet: reads bars as every calculator does and reports no rows.
 * This file goes when `liquidity_events`, `fvg`, `hourly_blocks` and `market_structure` are calculated.
 */
export class UncalculatedTable<Row extends object> extends BarReader implements Calculator<Row> {
  readonly table: FeatureTable

  constructor(table: FeatureTable, options: CalculatorOptions) {
    super(checkOptions(options))
    this.table = table
  }

  warmUp(bars: BarSeries | readonly Bar[], interval: Interval): void {
    this.feedAs(interval, bars)
  }

  takeChanges(): Row[] {
    return []
  }

  current(): Row[] {
    return []
  }

  protected override take(): void {}
}
