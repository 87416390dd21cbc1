import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { MarketError } from './errors.ts'
import { INSTRUMENTS, instrumentOf, snapPrice } from './instrument.ts'

describe('INSTRUMENTS', () => {
  it('knows the CME equity-index futures with their exchange ticks', () => {
    expect(INSTRUMENTS.map(({ symbol, name, tick, decimals }) => [symbol, name, tick, decimals])).toEqual([
      ['NQ=F', 'E-mini Nasdaq-100', 0.25, 2],
      ['MNQ=F', 'Micro E-mini Nasdaq-100', 0.25, 2],
      ['ES=F', 'E-mini S&P 500', 0.25, 2],
      ['MES=F', 'Micro E-mini S&P 500', 0.25, 2],
      ['YM=F', 'E-mini Dow', 1, 0],
      ['RTY=F', 'E-mini Russell 2000', 0.1, 1],
    ])
    for (const instrument of INSTRUMENTS) expect(instrument).toMatchObject({ hours: 'globex-equity', delayMs: 600_000 })
  })

  it('measures ranges by those of NQ', () => {
    expect(INSTRUMENTS.map(({ rangeRatio }) => rangeRatio)).toEqual([1, 1, 0.2, 0.2, 1.4, 0.11])
  })
})

describe('instrumentOf', () => {
  it('finds each known contract in any case and with blanks around', () => {
    for (const instrument of INSTRUMENTS) {
      expect(instrumentOf(` ${instrument.symbol.toLowerCase()}\t`)).toBe(instrument)
    }
  })

  it('makes a generic instrument of any other symbol', () => {
    expect(instrumentOf('aapl')).toEqual({
      symbol: 'AAPL',
      name: 'AAPL',
      tick: undefined,
      decimals: 6,
      delayMs: 0,
      hours: 'always',
      rangeRatio: 1,
    })
  })

  it('expects futures it does not know to be delayed as those of CME', () => {
    expect(instrumentOf('GC=F').delayMs).toBe(600_000)
    expect(instrumentOf('EURUSD=X').delayMs).toBe(0)
  })

  it('takes the symbols that Yahoo writes', () => {
    for (const symbol of ['^VIX', 'BRK-B', '005930.KS', 'BTC-USD', 'GS2C.DE', '0P0000X1AB', 'X', 'A'.repeat(20)]) {
      expect(instrumentOf(symbol).symbol).toBe(symbol)
    }
  })

  it('refuses what cannot be a symbol', () => {
    for (const symbol of ['', ' ', '=F', '.KS', '-USD', 'NQ F', 'NQ/F', 'NQ?x=1', 'ÄÖ', 'A'.repeat(21)]) {
      expect(() => instrumentOf(symbol)).toThrow(
        new MarketError(
          `"${symbol}" is not a symbol: expected 1 to 20 letters, digits and . ^ = - as Yahoo writes them, for example NQ=F`,
          { kind: 'symbol', found: symbol },
        ),
      )
    }
  })
})

describe('snapPrice', () => {
  it('gives every price on the tick back from its 32-bit float', () => {
    for (const instrument of INSTRUMENTS) {
      const { tick = 1, decimals } = instrument
      fc.assert(
        fc.property(fc.integer({ min: 1, max: Math.round(50_000 / tick) }), (ticks) => {
          const exact = Number((ticks * tick).toFixed(decimals))
          expect(snapPrice(Math.fround(exact), instrument)).toBe(exact)
        }),
      )
    }
  })

  it('moves a price to the nearest tick, halves upwards', () => {
    const nq = instrumentOf('NQ=F')
    expect(snapPrice(15_893.3749, nq)).toBe(15_893.25)
    expect(snapPrice(15_893.375, nq)).toBe(15_893.5)
    expect(snapPrice(2_345.64999, instrumentOf('RTY=F'))).toBe(2_345.6)
    expect(snapPrice(39_000.5, instrumentOf('YM=F'))).toBe(39_001)
  })

  it('is at rest once snapped', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.constantFrom(...INSTRUMENTS),
        (price, instrument) => {
          const once = snapPrice(price, instrument)
          expect(snapPrice(once, instrument)).toBe(once)
        },
      ),
    )
  })

  it('finds the decimal behind a 32-bit float when there is no tick', () => {
    const aapl = instrumentOf('AAPL')
    expect(snapPrice(226.85499572753906, aapl)).toBe(226.855)
    expect(snapPrice(1.0849000215530396, aapl)).toBe(1.0849)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), fc.integer({ min: 0, max: 6 }), (digits, decimals) => {
        const exact = Number((digits / 10 ** decimals).toFixed(decimals))
        expect(snapPrice(Math.fround(exact), aapl)).toBe(exact)
      }),
    )
  })

  it('stays within the same 32-bit float', () => {
    const aapl = instrumentOf('AAPL')
    fc.assert(
      fc.property(fc.float({ min: Math.fround(1e-6), max: Math.fround(1e9), noNaN: true }), (price) => {
        expect(Math.fround(snapPrice(price, aapl))).toBe(price)
      }),
    )
    // Seven, eight and nine significant digits are needed by these.
    expect(snapPrice(Math.fround(1_234_567), aapl)).toBe(1_234_567)
    expect(snapPrice(Math.fround(16_777_215), aapl)).toBe(16_777_215)
    expect(snapPrice(1000.000244140625, aapl)).toBe(1000.00024)
  })

  it('leaves a price alone that no 32-bit float holds, and what is not a number', () => {
    const aapl = instrumentOf('AAPL')
    for (const price of [0.1, 1.23456789012, Number.NaN, Number.POSITIVE_INFINITY])
      expect(snapPrice(price, aapl)).toBe(price)
    for (const price of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(snapPrice(price, instrumentOf('NQ=F'))).toBe(price)
  })
})
