import { type Bar, BarSeries } from '@openpredict/market'

/** Bars of a coarser interval: buckets of `length` ms counted from the epoch, each stamped with its start. */
export function aggregate(bars: BarSeries, length: number): BarSeries {
  return aggregateBy(bars, (time) => Math.floor(time / length) * length)
}

/** Bars merged as long as `startOf` gives the same start; they are stamped with it. Needs ascending times. */
export function aggregateBy(bars: BarSeries, startOf: (time: number) => number): BarSeries {
  const merged = {
    time: new Float64Array(bars.length),
    open: new Float64Array(bars.length),
    high: new Float64Array(bars.length),
    low: new Float64Array(bars.length),
    close: new Float64Array(bars.length),
    volume: new Float64Array(bars.length),
  }
  let n = 0
  for (let i = 0; i < bars.length; i++) {
    const start = startOf(bars.time[i] as number)
    if (n === 0 || merged.time[n - 1] !== start) {
      merged.time[n] = start
      merged.open[n] = bars.open[i] as number
      merged.high[n] = bars.high[i] as number
      merged.low[n] = bars.low[i] as number
      merged.volume[n] = 0
      n++
    }
    const b = n - 1
    merged.high[b] = Math.max(merged.high[b] as number, bars.high[i] as number)
    merged.low[b] = Math.min(merged.low[b] as number, bars.low[i] as number)
    merged.close[b] = bars.close[i] as number
    merged.volume[b] = (merged.volume[b] as number) + (bars.volume[i] as number)
  }
  // Copies: a view would keep the memory of all the finer bars.
  return new BarSeries({
    time: merged.time.slice(0, n),
    open: merged.open.slice(0, n),
    high: merged.high.slice(0, n),
    low: merged.low.slice(0, n),
    close: merged.close.slice(0, n),
    volume: merged.volume.slice(0, n),
  })
}

/** One bar that contains two others, the earlier first. */
export function join(earlier: Bar, later: Bar): Bar {
  return {
    time: earlier.time,
    open: earlier.open,
    high: Math.max(earlier.high, later.high),
    low: Math.min(earlier.low, later.low),
    close: later.close,
    volume: earlier.volume + later.volume,
  }
}
