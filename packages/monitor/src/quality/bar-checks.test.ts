import { type Bar, BarSeries, calendarOf, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { BarOrder } from './bar-order.ts'
import { BarSanity } from './bar-sanity.ts'
import { Outliers } from './outliers.ts'

const MINUTE = 60_000
const FROM = Date.UTC(2024, 5, 4, 12)
const NQ = instrumentOf('NQ=F')

const bar = (minute: number, change: Partial<Bar> = {}): Bar => {
  return { time: FROM + minute * MINUTE, open: 100, high: 101, low: 99, close: 100, volume: 5, ...change }
}

/** The checks that did not pass, and their findings. */
function found(checks: readonly { readonly id: string; readonly verdict: string; readonly found: number }[]): object {
  return Object.fromEntries(checks.flatMap(({ id, verdict, found: n }) => (verdict === 'passed' ? [] : [[id, n]])))
}

describe('the times of bars', () => {
  const ordered = (...bars: readonly Bar[]): object => {
    const order = new BarOrder(calendarOf(NQ), 5)
    order.take({ from: FROM, to: FROM + 60 * MINUTE, bars: BarSeries.from(bars) })
    return found(order.checks())
  }

  it('ascend, each once', () => {
    expect(ordered(bar(0), bar(1), bar(5))).toEqual({})
    expect(ordered(bar(0), bar(1), bar(1))).toEqual({ order: 1 })
    expect(ordered(bar(0), bar(2), bar(1), bar(3))).toEqual({ order: 1 })
  })

  it('are whole minutes', () => {
    expect(ordered(bar(0), bar(1, { time: FROM + MINUTE + 1 }))).toEqual({ grid: 1 })
  })

  it('are remembered from portion to portion', () => {
    const order = new BarOrder(calendarOf(NQ), 5)
    for (const minute of [0, 1, 1]) {
      order.take({ from: FROM, to: FROM + 60 * MINUTE, bars: BarSeries.from([bar(minute)]) })
    }
    expect(found(order.checks())).toEqual({ order: 1 })
    expect(order.wrong).toBe(1)
  })
})

describe('the prices of a bar', () => {
  const sane = (change: Partial<Bar>): object => {
    const sanity = new BarSanity(NQ, 5)
    sanity.take(BarSeries.from([...Array.from({ length: 99 }, (_, i) => bar(i)), bar(99, change)]))
    return found(sanity.checks())
  }

  it.each([
    ['a high below its open', { open: 102 }],
    ['a high below its close', { close: 101.25 }],
    ['a low above its open', { open: 98.75 }],
    ['a low above its close', { close: 98 }],
    ['a price of 0', { low: 0 }],
    ['a negative price', { low: -1 }],
    ['an infinite price', { high: Number.POSITIVE_INFINITY }],
    ['no price', { close: Number.NaN }],
    ['a negative volume', { volume: -1 }],
    ['no number as volume', { volume: Number.NaN }],
  ])('cannot have %s', (_, change) => {
    expect(sane(change)).toEqual({ prices: 1 })
  })

  it.each([
    ['all the same', { open: 100, high: 100, low: 100, close: 100 }],
    ['open and close at the ends', { open: 99, close: 101 }],
    ['no volume', { volume: 0 }],
    ['a tick that floats can only come near', { open: 100.250000001 }],
  ])('can be %s', (_, change) => {
    expect(sane(change)).toEqual({})
  })

  it('lie on the tick', () => {
    expect(sane({ close: 100.1 })).toEqual({ tick: 1 })
    expect(sane({ close: 100.25 })).toEqual({})
  })

  it('lie anywhere where no tick is known', () => {
    const sanity = new BarSanity(instrumentOf('BTC-USD'), 5)
    sanity.take(BarSeries.from([bar(0, { close: 100.123456 })]))
    expect(found(sanity.checks())).toEqual({})
  })

  it('need no volume where the source has none at all', () => {
    const bars = BarSeries.from([0, 1, 2].map((minute) => bar(minute, { volume: 0 })))
    const [future, currency] = [new BarSanity(NQ, 5), new BarSanity(instrumentOf('EURUSD=X'), 5)]
    future.take(bars)
    currency.take(bars)
    expect(found(future.checks())).toEqual({ volume: 3 })
    expect(found(currency.checks())).toEqual({})
  })
})

describe('outliers', () => {
  // Sixty bars with a true range of 2: 20 of them are 40, 3 % of the close are 30.
  const calm = Array.from({ length: 60 }, (_, i) => bar(i, { open: 1_000, high: 1_001, low: 999, close: 1_000 }))
  const far = (high: number): Bar => bar(60, { open: 1_000, high, low: 999, close: 1_000 })
  const after = (open: number): Bar => bar(61, { open, high: open + 1, low: open - 1, close: open })

  /** How many bars are outliers, fed at once and one by one. */
  function outliers(bars: readonly Bar[], admitted?: ReadonlySet<number>): number {
    const [whole, single] = [new Outliers(FROM, 5), new Outliers(FROM, 5)]
    whole.take(BarSeries.from(bars), admitted)
    for (const each of bars) single.take(BarSeries.from([each]), admitted)
    const { found: n } = whole.check()
    expect(single.check().found).toBe(n)
    return n
  }

  it('lie farther from the close before than 20 median true ranges, and than 3 %', () => {
    expect(outliers([...calm, far(1_040), after(998)])).toBe(0)
    expect(outliers([...calm, far(1_040.25), after(998)])).toBe(1)
    const quiet = calm.map((each) => ({ ...each, high: 1_000.5, low: 999.5 }))
    expect(outliers([...quiet, far(1_030), after(998)])).toBe(0)
    expect(outliers([...quiet, far(1_030.25), after(998)])).toBe(1)
  })

  it('are none when the next bar opens within their range', () => {
    expect(outliers([...calm, far(1_100), after(1_030)])).toBe(0)
    expect(outliers([...calm, far(1_100), after(999)])).toBe(0)
    expect(outliers([...calm, far(1_100), after(998.75)])).toBe(1)
  })

  it('are what the last bar is, with nothing to bear it out', () => {
    expect(outliers([...calm, far(1_100)])).toBe(1)
  })

  it('are none once they were admitted', () => {
    expect(outliers([...calm, far(1_100), after(998)], new Set([FROM + 60 * MINUTE]))).toBe(0)
  })

  it('are not what others are measured by', () => {
    const spike = bar(60, { open: 2_000, high: 2_001, low: 1_999, close: 2_000 })
    expect(outliers([...calm, spike, after(1_000)])).toBe(1)
  })

  it('before the window are not told', () => {
    const later = new Outliers(FROM + 61 * MINUTE, 5)
    later.take(BarSeries.from([...calm, far(1_100), after(998)]))
    expect(later.check().verdict).toBe('passed')
  })
})
