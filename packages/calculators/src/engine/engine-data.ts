import { BarSeries, type Interval } from '@openpredict/market'

import { type Standing, standingToSave } from '../internal/row-calculator.ts'
import type { Saved } from '../internal/state.ts'
import type { Kept } from './kept-bars.ts'

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const
type Columns = Readonly<Record<(typeof COLUMNS)[number], readonly number[]>>

/** What an engine remembers, as plain data. */
export function dataOf(standing: readonly Standing[], kept: Kept | undefined): Readonly<Record<string, Saved>> {
  return {
    standing: standing.map(standingToSave),
    kept:
      kept === undefined
        ? null
        : {
            isWhole: kept.isWhole,
            handedOver: { ...kept.handedOver },
            standing: kept.standing.map(standingToSave),
            stretches: kept.stretches.map(({ interval, bars }) => ({
              interval,
              ...Object.fromEntries(COLUMNS.map((name) => [name, [...bars[name]]])),
            })),
          },
  }
}

/** The same, read back. */
export function fromData(data: Readonly<Record<string, Saved>>): {
  readonly standing: readonly Standing[]
  readonly kept: Kept | undefined
} {
  const { standing, kept } = data as unknown as {
    readonly standing: readonly Standing[]
    readonly kept:
      | (Omit<Kept, 'stretches' | 'index' | 'earliest'> & {
          readonly stretches: readonly ({ readonly interval: Interval } & Columns)[]
        })
      | null
  }
  if (kept === null) return { standing, kept: undefined }
  const stretches = kept.stretches.map(({ interval, ...columns }) => ({ interval, bars: seriesOf(columns) }))
  return { standing, kept: { ...kept, index: 0, earliest: undefined, stretches } }
}

function seriesOf({ time, open, high, low, close, volume }: Columns): BarSeries {
  return new BarSeries({
    time: Float64Array.from(time),
    open: Float64Array.from(open),
    high: Float64Array.from(high),
    low: Float64Array.from(low),
    close: Float64Array.from(close),
    volume: Float64Array.from(volume),
  })
}
