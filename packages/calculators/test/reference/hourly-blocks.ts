import type { Bar } from '@openpredict/market'

import { defaultDistance, moreThan } from './limits.ts'
import { asOfOf, groupByPeriod, historyBegins, lengthOfBar, rounded, type ReferenceOptions } from './rows.ts'
import { HOUR, utcHour } from './time.ts'

export interface BlockOptions extends ReferenceOptions {
  /** In points. @default 0.5, in the ratio of the instrument */
  readonly biasThreshold?: number
}

/** One row of `hourly_blocks`; instants in epoch ms. */
export interface NaiveBlock {
  readonly hour_start: number
  readonly block_number: number
  readonly timestamp: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly deviation_from_hour_open: number
  readonly bias: string
  readonly volatility_score: number
  readonly complete: boolean
  readonly confirmed_at: number | null
}

const BLOCKS = 7

/** The history: every block that has a bar, of hours that history reaches back to the start of. */
export function hourlyBlocksNaive(bars: readonly Bar[], options: BlockOptions = {}): NaiveBlock[] {
  const { biasThreshold = defaultDistance(0.5, options) } = options
  const begins = historyBegins(bars, options)
  const asOf = asOfOf(bars, options)
  const biasOf = (deviation: number): string => {
    if (moreThan(deviation, biasThreshold)) return 'BULLISH'
    return moreThan(-deviation, biasThreshold) ? 'BEARISH' : 'NEUTRAL'
  }
  return groupByPeriod(bars, utcHour)
    .filter((hour) => begins <= hour.start)
    .flatMap((hour) =>
      Array.from({ length: BLOCKS }, (_, index) => index + 1).flatMap((block_number) => {
        const numberOf = (t: number): number => Math.floor(((t - hour.start) * BLOCKS) / HOUR) + 1
        const [block] = groupByPeriod(hour.bars, (t) => (numberOf(t) === block_number ? hour : undefined))
        if (block === undefined) return []
        const { first, last, high, low } = block
        const deviation = last.close - hour.first.open
        const length = lengthOfBar(last, options)
        const end = hour.start + Math.ceil((block_number * HOUR) / (BLOCKS * length)) * length
        const complete = end <= asOf
        return {
          hour_start: hour.start,
          block_number,
          timestamp: hour.start + Math.round(((block_number - 1) * HOUR) / BLOCKS),
          open: rounded(first.open, options),
          high: rounded(high, options),
          low: rounded(low, options),
          close: rounded(last.close, options),
          volume: block.bars.reduce((sum, bar) => sum + bar.volume, 0),
          deviation_from_hour_open: rounded(deviation, options),
          bias: biasOf(deviation),
          volatility_score: rounded(high - low, options),
          complete,
          confirmed_at: complete ? end : null,
        }
      }),
    )
}

/** The current set: the blocks of the hour of the last bar. */
export function currentBlocksNaive(bars: readonly Bar[], options: BlockOptions = {}): NaiveBlock[] {
  const hour = Math.floor((bars.at(-1)?.time ?? 0) / HOUR) * HOUR
  return hourlyBlocksNaive(bars, options).filter((block) => block.hour_start === hour)
}
