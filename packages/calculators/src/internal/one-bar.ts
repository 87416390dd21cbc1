import { type Bar, BarSeries } from '@openpredict/market'

/** A series of one bar that is written over and over, so that a single bar takes the path of many without allocating. */
export class OneBar {
  readonly #series = new BarSeries({
    time: new Float64Array(1),
    open: new Float64Array(1),
    high: new Float64Array(1),
    low: new Float64Array(1),
    close: new Float64Array(1),
    volume: new Float64Array(1),
  })

  set(bar: Bar): BarSeries {
    const series = this.#series
    series.time[0] = bar.time
    series.open[0] = bar.open
    series.high[0] = bar.high
    series.low[0] = bar.low
    series.close[0] = bar.close
    series.volume[0] = bar.volume
    return series
  }
}
