import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { MOST_TRADES, tradePrice, tradeSecond, volumeUpTo } from './minute-trades.ts'

const anyStream = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const anyMinute = fc.integer({ min: 9_000_000, max: 120_000_000 })
const anyTrades = fc.integer({ min: 1, max: MOST_TRADES })

describe('the trades of a minute', () => {
  it('happen in order, at whole seconds from 1 to 59', () => {
    fc.assert(
      fc.property(anyStream, anyMinute, anyTrades, (stream, minute, trades) => {
        const seconds = Array.from({ length: trades }, (_, k) => tradeSecond(stream, minute, trades, k))
        expect(seconds).toEqual(seconds.toSorted((a, b) => a - b))
        for (const second of seconds) {
          expect(Number.isInteger(second)).toBe(true)
          expect(second).toBeGreaterThanOrEqual(1)
          expect(second).toBeLessThanOrEqual(59)
        }
      }),
    )
  })

  it('begin at the open, end at the close, and stay above zero', () => {
    const ticks = fc.integer({ min: 1, max: 200_000 })
    fc.assert(
      fc.property(
        anyStream,
        anyMinute,
        anyTrades,
        ticks,
        ticks,
        fc.double({ min: 0, max: 1000, noNaN: true }),
        (...given) => {
          const [stream, minute, trades, open, close, spread] = given
          const shape = { minute, open, close: trades === 1 ? open : close, trades, spread }
          const prices = Array.from({ length: trades }, (_, k) => tradePrice(stream, shape, k))
          expect([prices[0], prices.at(-1)]).toEqual([shape.open, shape.close])
          for (const price of prices) expect(Number.isInteger(price) && price >= 1).toBe(true)
        },
      ),
    )
  })

  it('have a contract each at least, and the whole volume together', () => {
    fc.assert(
      fc.property(anyTrades, fc.integer({ min: 0, max: 20_000 }), (trades, more) => {
        const volume = trades + more
        const seen = Array.from({ length: trades + 1 }, (_, k) => volumeUpTo(volume, trades, k))
        expect([seen[0], seen.at(-1)]).toEqual([0, volume])
        expect(seen.slice(1).every((contracts, k) => contracts > (seen[k] ?? 0))).toBe(true)
      }),
    )
  })
})
