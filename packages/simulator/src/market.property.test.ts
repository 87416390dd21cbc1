import { instrumentOf, parseInstant } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createMarket } from './market.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const FIRST = parseInstant('1990-01-01T00:00:00Z') / MINUTE
const LAST = parseInstant('2190-01-01T00:00:00Z') / MINUTE
const anyMinute = fc.integer({ min: FIRST, max: LAST }).map((minute) => minute * MINUTE)
/** A minute in which NQ trades: Wednesday, 09:00 to 15:00 in New York. */
const openMinute = fc
  .record({ week: fc.integer({ min: 1100, max: 2800 }), minute: fc.integer({ min: 0, max: 299 }) })
  .map(({ week, minute }) => parseInstant('1970-01-07T15:00:00Z') + (week * 7 * 24 * 60 + minute) * MINUTE)
const anySeed = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
const anySymbol = fc.constantFrom('NQ=F', 'RTY=F', 'BTC-USD')
const market = createMarket()

describe('a simulated market', () => {
  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(anySeed, anySymbol, anyMinute, (seed, symbol, from) => {
        const make = () => createMarket({ seed, instrument: instrumentOf(symbol) })
        expect(make().bars(from, from + 3 * HOUR)).toEqual(make().bars(from, from + 3 * HOUR))
      }),
      { numRuns: 40 },
    )
  })

  it('does not depend on what was asked for before', () => {
    const used = createMarket({ seed: 5 })
    fc.assert(
      fc.property(fc.array(anyMinute, { maxLength: 3 }), openMinute, (others, time) => {
        for (const other of others) used.bars(other, other + HOUR)
        expect(used.bar(time)).toEqual(createMarket({ seed: 5 }).bar(time))
      }),
      { numRuns: 60 },
    )
  })

  it('gives in pieces what it gives at once', () => {
    fc.assert(
      fc.property(anyMinute, fc.array(fc.integer({ min: 1, max: 5 * 24 * HOUR }), { maxLength: 5 }), (from, steps) => {
        const ends = steps.toSorted((a, b) => a - b).map((step) => from + step)
        const to = from + 5 * 24 * HOUR
        const pieces = [from, ...ends].flatMap((start, i) => market.bars(start, ends[i] ?? to).toArray())
        expect(pieces).toEqual(market.bars(from, to).toArray())
      }),
      { numRuns: 20 },
    )
  })

  it('gives one by one what it gives together', () => {
    fc.assert(
      fc.property(anyMinute, (from) => {
        const times = Array.from({ length: 120 }, (_, i) => from + i * MINUTE)
        const single = times.map((time) => market.bar(time)).filter((bar) => bar !== undefined)
        expect(single).toEqual(market.bars(from, from + 120 * MINUTE).toArray())
      }),
      { numRuns: 40 },
    )
  })

  it('has bars on whole minutes only', () => {
    fc.assert(
      fc.property(openMinute, fc.integer({ min: 1, max: MINUTE - 1 }), (time, offset) => {
        expect(market.bar(time + offset)).toBeUndefined()
      }),
    )
  })

  it('forms each bar trade by trade: within the final range, from its open to its close', () => {
    fc.assert(
      fc.property(openMinute, fc.constantFrom('1m', '5m', '1h'), (minute, interval) => {
        const length = { '1m': MINUTE, '5m': 5 * MINUTE, '1h': HOUR }[interval]
        const open = Math.floor(minute / length) * length
        const whole = market.barsOf(interval, open, open + length).at(0)
        fc.pre(whole !== undefined)
        let before = { high: -Infinity, low: Infinity, volume: 0 }
        for (let time = open; time < open + length; time += Math.floor(length / 20) - 1) {
          const forming = market.forming(time, interval)
          if (forming === undefined) continue
          expect(forming.time).toBe(open)
          expect(forming.open).toBe(whole.open)
          expect(forming.high).toBeGreaterThanOrEqual(before.high)
          expect(forming.low).toBeLessThanOrEqual(before.low)
          expect(forming.volume).toBeGreaterThanOrEqual(before.volume)
          expect(forming.high).toBeLessThanOrEqual(whole.high)
          expect(forming.low).toBeGreaterThanOrEqual(whole.low)
          expect(forming.close).toBeGreaterThanOrEqual(forming.low)
          expect(forming.close).toBeLessThanOrEqual(forming.high)
          before = forming
        }
        expect(market.forming(open + length - 1, interval)).toEqual(whole)
      }),
      { numRuns: 60 },
    )
  })

  it('last traded at a second at which the forming bar changed', () => {
    fc.assert(
      fc.property(anyMinute, fc.integer({ min: 0, max: MINUTE - 1 }), anySymbol, (minute, offset, symbol) => {
        const time = minute + offset
        const own = createMarket({ instrument: instrumentOf(symbol) })
        const last = own.lastTradeTime(time)
        expect(last % 1000).toBe(0)
        expect(last % MINUTE).not.toBe(0)
        expect(last).toBeLessThanOrEqual(time)
        expect(own.lastTradeTime(last)).toBe(last)
        expect(own.forming(last)).not.toEqual(own.forming(last - 1))
        const minuteOfLast = Math.floor(last / MINUTE) * MINUTE
        expect(own.forming(last)).toEqual(own.forming(Math.min(time, minuteOfLast + MINUTE - 1)))
        expect(own.bars(minuteOfLast + MINUTE, minute).length).toBe(0)
      }),
      { numRuns: 60 },
    )
  })
})
