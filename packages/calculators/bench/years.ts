import { BarSeries } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'

/** 52 whole weeks, so that a year can be repeated with its weekdays in place. */
export const YEAR: number = 364 * 86_400_000
export const FROM: number = Date.UTC(2024, 0, 7)

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const

/** A year of 1-minute bars from the simulator. */
export function oneYear(): BarSeries {
  return createMarket({ seed: 1 }).bars(FROM, FROM + YEAR)
}

/** A year's bars one after the other, several times. */
export function repeated(year: BarSeries, times: number): BarSeries {
  const columns = COLUMNS.map((name) => {
    const column = new Float64Array(year.length * times)
    for (let i = 0; i < times; i++) column.set(year[name], i * year.length)
    return [name, column] as const
  })
  const series = new BarSeries(Object.fromEntries(columns) as ConstructorParameters<typeof BarSeries>[0])
  for (let i = 0; i < series.length; i++) {
    series.time[i] = (series.time[i] as number) + Math.floor(i / year.length) * YEAR
  }
  return series
}

/** Bars of one second in place of those of one minute, each with the minute's prices. */
export function inSeconds(minutes: BarSeries): BarSeries {
  const columns = COLUMNS.map(
    (name) =>
      [
        name,
        Float64Array.from({ length: minutes.length * 60 }, (_, i) => minutes[name][Math.floor(i / 60)] as number),
      ] as const,
  )
  const series = new BarSeries(Object.fromEntries(columns) as ConstructorParameters<typeof BarSeries>[0])
  for (let i = 0; i < series.length; i++) series.time[i] = (series.time[i] as number) + (i % 60) * 1_000
  return series
}
