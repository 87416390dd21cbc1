import type { Bar, BarSeries } from '@openpredict/market'

import type { Calculator, HistoryOptions } from '../calculator.ts'

/** Feeds a new calculator a whole history, and gives every row there ever was, each with its last values. */
export function historyOf<Row extends object>(
  calculator: Calculator<Row>,
  bars: BarSeries | readonly Bar[],
  { asOf }: HistoryOptions,
): Row[] {
  calculator.feed(bars)
  if (asOf !== undefined) calculator.advanceTo(asOf)
  return calculator.takeChanges()
}
