import type { Row } from '@openpredict/store'
import { describe, expect, it } from 'vitest'

import { tradingEvents } from './trading-events.ts'

function gap(change: Partial<Row<'fvg'>>): Row<'fvg'> {
  return {
    timeframe: '15m',
    fvg_type: 'BULLISH',
    gap_bottom: 1,
    gap_top: 2,
    filled: false,
    confirmed_at: 10,
    ...change,
  } as Row<'fvg'>
}

function broken(change: Partial<Row<'market_structure'>>): Row<'market_structure'> {
  return {
    timeframe: '4H',
    break_type: 'CHOCH',
    direction: 'BEARISH',
    level: 3,
    confirmed_at: 20,
    ...change,
  } as Row<'market_structure'>
}

describe('tradingEvents', () => {
  const span = { liquidity: [], from: 10, to: 30 }

  it('lists the newest first, by when each was known, only those of the span', () => {
    const gaps = [gap({}), gap({ confirmed_at: 9 }), gap({ confirmed_at: 30 }), gap({ confirmed_at: 29, filled: true })]
    expect(tradingEvents({ ...span, gaps, breaks: [broken({})] })).toEqual([
      { at: 29, kind: 'gap', direction: 'BULLISH', what: '15m gap filled', prices: [1, 2] },
      { at: 20, kind: 'structure', direction: 'BEARISH', what: '4H CHOCH', prices: [3] },
      { at: 10, kind: 'gap', direction: 'BULLISH', what: '15m gap', prices: [1, 2] },
    ])
  })

  it('leaves out gaps and breaks of one minute', () => {
    const events = tradingEvents({ ...span, gaps: [gap({ timeframe: '1m' })], breaks: [broken({ timeframe: '1m' })] })
    expect(events).toEqual([])
  })
})
