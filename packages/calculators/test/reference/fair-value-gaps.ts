import type { Bar } from '@openpredict/market'

import { closedCandles, type NaiveCandle, type NaiveTimeframe } from './candles.ts'
import { atLeast, atMost, defaultDistance, moreThan } from './limits.ts'
import { closeOf, indexAt, lowest, mirrored, rounded, roundedFraction, type ReferenceOptions } from './rows.ts'

export interface GapOptions extends ReferenceOptions {
  /** @default ['15m'] */
  readonly timeframes?: readonly NaiveTimeframe[]
  /** In points. @default 2, in the ratio of the instrument */
  readonly minGap?: number
  /** Whether the three candles have to lie in adjacent buckets. @default true */
  readonly adjacent?: boolean
  /** Whether the middle candle has to close in the direction of the gap. @default false */
  readonly bodyDirection?: boolean
}

/** One row of `fvg`; instants in epoch ms. */
export interface NaiveGap {
  readonly timeframe: NaiveTimeframe
  readonly timestamp: number
  readonly fvg_type: 'BULLISH' | 'BEARISH'
  readonly gap_top: number
  readonly gap_bottom: number
  readonly gap_size: number
  readonly filled: boolean
  readonly touched_at: number | null
  readonly half_filled_at: number | null
  readonly fill_timestamp: number | null
  readonly fill_fraction: number
  readonly inverted_at: number | null
  readonly confirmed_at: number
}

/** The history: every fair value gap, with what has become of it. */
export function fairValueGapsNaive(bars: readonly Bar[], options: GapOptions = {}): NaiveGap[] {
  const { timeframes = ['15m'] } = options
  // A bearish gap is a bullish one upside down: its bottom is then the top, below zero.
  const upsideDown = bars.map(mirrored)
  return timeframes.flatMap((timeframe) => [
    ...bullishGaps(bars, timeframe, options).map((gap): NaiveGap => rowOf(gap, 'BULLISH', options)),
    ...bullishGaps(upsideDown, timeframe, options).map((gap): NaiveGap =>
      rowOf({ ...gap, top: -gap.bottom, bottom: -gap.top }, 'BEARISH', options),
    ),
  ])
}

/** The current set: the gaps that are not filled. */
export function currentGapsNaive(bars: readonly Bar[], options: GapOptions = {}): NaiveGap[] {
  return fairValueGapsNaive(bars, options).filter((gap) => !gap.filled)
}

type Life = Pick<NaiveGap, 'touched_at' | 'half_filled_at' | 'fill_timestamp' | 'fill_fraction' | 'inverted_at'>

interface Gap extends Life, Pick<NaiveGap, 'timeframe' | 'timestamp' | 'confirmed_at'> {
  readonly top: number
  readonly bottom: number
}

function rowOf({ top, bottom, ...gap }: Gap, fvg_type: NaiveGap['fvg_type'], options: GapOptions): NaiveGap {
  return {
    ...gap,
    fvg_type,
    gap_top: rounded(top, options),
    gap_bottom: rounded(bottom, options),
    gap_size: rounded(top - bottom, options),
    filled: gap.fill_timestamp !== null,
  }
}

function bullishGaps(bars: readonly Bar[], timeframe: NaiveTimeframe, options: GapOptions): Gap[] {
  const { minGap = defaultDistance(2, options), adjacent = true, bodyDirection = false } = options
  const candles = closedCandles(bars, timeframe, options)
  return candles.flatMap((third, index) => {
    const [first, second] = [candles[index - 2], candles[index - 1]]
    if (first === undefined || second === undefined) return []
    const [top, bottom] = [third.low, first.high]
    if (adjacent && (first.end !== second.time || second.end !== third.time)) return []
    if (bodyDirection && second.close <= second.open) return []
    // Without a distance to cross there is no gap, however small a gap is asked for.
    if (!moreThan(top - bottom, 0) || !atLeast(top - bottom, minGap)) return []
    const life = lifeOf(top, bottom, bars, candles, third.end, options)
    return { timeframe, timestamp: second.time, confirmed_at: third.end, top, bottom, ...life }
  })
}

/** What bars and candles that open at or after `confirmed` do to a gap that price comes down to. */
function lifeOf(
  top: number,
  bottom: number,
  bars: readonly Bar[],
  candles: readonly NaiveCandle[],
  confirmed: number,
  options: GapOptions,
): Life {
  const from = indexAt(bars, confirmed)
  const firstBar = (reaches: (bar: Bar) => boolean): number | undefined => {
    for (let index = from; index < bars.length; index++) if (reaches(bars[index] as Bar)) return index
    return undefined
  }
  const closeAt = (index: number | undefined): number | null =>
    index === undefined ? null : closeOf(bars[index] as Bar, options)

  const filled = firstBar((bar) => bar.low <= bottom)
  const deepest = filled === undefined ? lowest(bars.slice(from)) : bottom
  const inverted = candles.slice(indexAt(candles, confirmed)).find((candle) => candle.close < bottom)
  return {
    touched_at: closeAt(firstBar((bar) => bar.low <= top)),
    half_filled_at: closeAt(firstBar((bar) => atMost(bar.low, (top + bottom) / 2))),
    fill_timestamp: closeAt(filled),
    fill_fraction: roundedFraction(Math.max(0, top - deepest) / (top - bottom)),
    inverted_at: inverted?.end ?? null,
  }
}
