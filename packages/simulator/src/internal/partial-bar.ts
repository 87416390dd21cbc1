import type { Bar } from '@openpredict/market'

import type { Contract } from './contract.ts'
import type { DayPath } from './day-path.ts'
import { type MinuteShape, tradePrice, tradeSecond, volumeUpTo } from './minute-trades.ts'

const MINUTE = 60_000

/** One bar of a day with its trades up to and at `time` only; `undefined` while there are none. */
export function partialBar(
  { toPrice }: Contract,
  stream: number,
  day: DayPath,
  index: number,
  time: number,
): Bar | undefined {
  const whole = day.bars.at(index)
  const seen = tradesSeen(stream, day, index, time)
  if (whole === undefined || seen === 0) return undefined
  const shape = shapeOf(day, index)
  if (seen === shape.trades) return whole
  let high = shape.open
  let low = shape.open
  let close = shape.open
  for (let k = 1; k < seen; k++) {
    close = tradePrice(stream, shape, k)
    high = Math.max(high, close)
    low = Math.min(low, close)
  }
  return {
    time: whole.time,
    open: whole.open,
    high: toPrice(high),
    low: toPrice(low),
    close: toPrice(close),
    volume: volumeUpTo(whole.volume, shape.trades, seen),
  }
}

/** When the last trade of a bar up to and at `time` happened, epoch ms; `undefined` while there is none. */
export function lastTradeIn(stream: number, day: DayPath, index: number, time: number): number | undefined {
  const { minute, trades } = shapeOf(day, index)
  const seen = tradesSeen(stream, day, index, time)
  return seen === 0 ? undefined : minute * MINUTE + tradeSecond(stream, minute, trades, seen - 1) * 1000
}

function tradesSeen(stream: number, day: DayPath, index: number, time: number): number {
  const { minute, trades } = shapeOf(day, index)
  const second = Math.floor((time - minute * MINUTE) / 1000)
  let seen = 0
  while (seen < trades && tradeSecond(stream, minute, trades, seen) <= second) seen++
  return seen
}

function shapeOf(day: DayPath, index: number): MinuteShape {
  return {
    minute: (day.bars.time[index] as number) / MINUTE,
    open: day.open[index] as number,
    close: day.close[index] as number,
    trades: day.trades[index] as number,
    spread: day.spread[index] as number,
  }
}
