import type { Bar } from '@openpredict/market'

import { closedCandles, TIMEFRAMES, type NaiveCandle, type NaiveTimeframe } from './candles.ts'
import { atLeast, defaultDistance } from './limits.ts'
import { rounded, roundedFraction, type ReferenceOptions } from './rows.ts'
import { swings, type Swing } from './swings.ts'
import { MINUTE } from './time.ts'

export interface StructureOptions extends ReferenceOptions {
  /** @default ['15m', '1H', '4H'] */
  readonly timeframes?: readonly NaiveTimeframe[]
  /** @default 'close' */
  readonly breakBy?: 'close' | 'wick'
  /** Candles on each side of a swing. @default 2 */
  readonly swingLength?: number
  /** In points, on 15m. @default 20, in the ratio of the instrument */
  readonly strongDisplacement?: number
  /** In points, on 15m. @default 10, in the ratio of the instrument */
  readonly moderateDisplacement?: number
  readonly breakWeights?: Partial<Readonly<Record<NaiveTimeframe, number>>>
}

/** One row of `market_structure`; instants in epoch ms. */
export interface NaiveBreak {
  readonly timeframe: NaiveTimeframe
  readonly timestamp: number
  readonly break_type: string
  readonly direction: Direction
  readonly level: number
  readonly swing_timestamp: number
  readonly displacement: number
  readonly displacement_speed: number
  readonly displacement_quality: string
  readonly break_weight: number
  readonly confirmed_at: number
}

type Direction = 'BULLISH' | 'BEARISH'

const WEIGHTS: Readonly<Record<NaiveTimeframe, number>> = { '1m': 1, '5m': 1, '15m': 1, '1H': 2, '4H': 3 }

/** The history: every break, by timeframe and in the order in which they happened. */
export function marketStructureNaive(bars: readonly Bar[], options: StructureOptions = {}): NaiveBreak[] {
  const { timeframes = ['15m', '1H', '4H'] } = options
  return timeframes.flatMap((timeframe) => breaksOf(closedCandles(bars, timeframe, options), timeframe, options))
}

/** The current set: the latest break of each timeframe. */
export function currentBreaksNaive(bars: readonly Bar[], options: StructureOptions = {}): NaiveBreak[] {
  return marketStructureNaive(bars, options).filter(
    (one, index, all) => all.findLastIndex(({ timeframe }) => timeframe === one.timeframe) === index,
  )
}

function breaksOf(
  candles: readonly NaiveCandle[],
  timeframe: NaiveTimeframe,
  options: StructureOptions,
): readonly NaiveBreak[] {
  const { breakBy = 'close', swingLength = 2 } = options
  const confirmedBy = (side: 'high' | 'low'): ReadonlyMap<number, Swing> =>
    new Map(swings(candles, side, swingLength).map((swing) => [swing.confirmedBy, swing]))
  const [highs, lows] = [confirmedBy('high'), confirmedBy('low')]
  const breaks: NaiveBreak[] = []
  let trend: Direction | undefined
  let swingHigh: Swing | undefined
  let swingLow: Swing | undefined
  for (const [index, candle] of candles.entries()) {
    const take = (swing: Swing, direction: Direction): void => {
      const turns = trend !== undefined && trend !== direction
      trend = direction
      breaks.push({
        ...strengthOf(candle, timeframe, options),
        timeframe,
        timestamp: candle.time,
        break_type: turns ? 'CHOCH' : 'BOS',
        direction,
        level: rounded(swing.price, options),
        swing_timestamp: swing.candle.time,
        confirmed_at: candle.end,
      })
    }
    const breakUp = (): void => {
      if (swingHigh === undefined || (breakBy === 'wick' ? candle.high : candle.close) <= swingHigh.price) return
      take(swingHigh, 'BULLISH')
      swingHigh = undefined
    }
    const breakDown = (): void => {
      if (swingLow === undefined || (breakBy === 'wick' ? candle.low : candle.close) >= swingLow.price) return
      take(swingLow, 'BEARISH')
      swingLow = undefined
    }
    // A candle that closed up is taken to have been down first, and the other way round.
    for (const side of candle.close >= candle.open ? [breakDown, breakUp] : [breakUp, breakDown]) side()
    // Swings that this candle confirms are for the next ones to break.
    swingHigh = highs.get(index) ?? swingHigh
    swingLow = lows.get(index) ?? swingLow
  }
  return breaks
}

function strengthOf(
  { open, close }: NaiveCandle,
  timeframe: NaiveTimeframe,
  options: StructureOptions,
): Pick<NaiveBreak, 'displacement' | 'displacement_speed' | 'displacement_quality' | 'break_weight'> {
  const {
    strongDisplacement = defaultDistance(20, options),
    moderateDisplacement = defaultDistance(10, options),
    breakWeights,
  } = options
  const displacement = Math.abs(close - open)
  // Prices wander with the square root of time.
  const scale = Math.sqrt(TIMEFRAMES[timeframe] / TIMEFRAMES['15m'])
  const isModerate = atLeast(displacement, moderateDisplacement * scale)
  return {
    displacement: rounded(displacement, options),
    displacement_speed: roundedFraction(displacement / (TIMEFRAMES[timeframe] / MINUTE)),
    displacement_quality: atLeast(displacement, strongDisplacement * scale)
      ? 'STRONG'
      : isModerate
        ? 'MODERATE'
        : 'WEAK',
    break_weight: breakWeights?.[timeframe] ?? WEIGHTS[timeframe],
  }
}
