import { INSTRUMENTS, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { contractOf } from './contract.ts'

const priceOf = (symbol: string, ticks: number): number => contractOf(instrumentOf(symbol)).toPrice(ticks)

describe('contractOf', () => {
  it('writes ticks as the decimal price, without the noise of multiplied fractions', () => {
    expect(priceOf('NQ=F', 80_001)).toBe(20_000.25)
    expect(priceOf('RTY=F', 22_003)).toBe(2200.3)
    expect(priceOf('YM=F', 42_001)).toBe(42_001)
    expect(priceOf('BTC-USD', 10_007)).toBe(100.07)
  })

  it('reads ticks of several points', () => {
    const { level, toPrice } = contractOf({ ...instrumentOf('YM=F'), tick: 5 }, 40_000)
    expect(toPrice(level)).toBe(40_000)
    expect(toPrice(level + 1)).toBe(40_005)
  })

  it.each(INSTRUMENTS)('puts $symbol at its usual level', (instrument) => {
    const { level, toPrice } = contractOf(instrument)
    expect(toPrice(level)).toBeGreaterThan(1000)
  })

  it('moves known contracts by their range ratio in points, others by the share of the price of NQ', () => {
    const nq = contractOf(instrumentOf('NQ=F')).dailyMovement
    expect(contractOf(instrumentOf('ES=F')).dailyMovement * 5800).toBeCloseTo(nq * 20_000 * 0.2)
    expect(contractOf(instrumentOf('BTC-USD')).dailyMovement).toBe(nq)
    expect(contractOf(instrumentOf('NQ=F'), 5000).dailyMovement).toBe(nq)
  })
})
