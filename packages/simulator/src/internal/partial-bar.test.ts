import { BarSeries, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { contractOf } from './contract.ts'
import type { DayPath } from './day-path.ts'
import { tradePrice, tradeSecond } from './minute-trades.ts'
import { lastTradeIn, partialBar } from './partial-bar.ts'

const contract = contractOf(instrumentOf('NQ=F'))
const STREAM = 99
const MINUTE = 60_000
const minute = 28_000_000
const shape = { minute, open: 80_000, close: 80_010, trades: 3, spread: 40 }
const prices = [0, 1, 2].map((k) => tradePrice(STREAM, shape, k) / 4)
const times = [0, 1, 2].map((k) => minute * MINUTE + tradeSecond(STREAM, minute, 3, k) * 1000)
const [first = 0, second = 0, third = 0] = times
const whole = {
  time: minute * MINUTE,
  open: 20_000,
  high: Math.max(...prices),
  low: Math.min(...prices),
  close: 20_002.5,
  volume: 10,
}
const day: DayPath = {
  bars: BarSeries.from([whole]),
  open: Float64Array.of(shape.open),
  close: Float64Array.of(shape.close),
  trades: Uint8Array.of(shape.trades),
  spread: Float64Array.of(shape.spread),
}
const at = (time: number) => partialBar(contract, STREAM, day, 0, time)

describe('partialBar', () => {
  it('is not there before the first trade', () => {
    expect(at(first - 1)).toBeUndefined()
    expect(lastTradeIn(STREAM, day, 0, first - 1)).toBeUndefined()
  })

  it('holds the trades up to and at the instant', () => {
    const [open = 0, middle = 0] = prices
    expect(at(first)).toEqual({ time: whole.time, open, high: open, low: open, close: open, volume: 3 })
    expect(at(second - 1)).toEqual(at(first))
    expect(at(second)).toEqual({
      time: whole.time,
      open,
      high: Math.max(open, middle),
      low: Math.min(open, middle),
      close: middle,
      volume: 6,
    })
    expect(lastTradeIn(STREAM, day, 0, third - 1)).toBe(second)
  })

  it('is the whole bar from the last trade on', () => {
    expect(at(third)).toEqual(whole)
    expect(at(whole.time + 10 * MINUTE)).toEqual(whole)
    expect(lastTradeIn(STREAM, day, 0, whole.time + 10 * MINUTE)).toBe(third)
  })
})
